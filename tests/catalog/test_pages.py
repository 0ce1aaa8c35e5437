"""Pages of the catalog, as people use them."""

from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from srm.catalog import services
from srm.catalog.models import Category, Item, ItemUnit, Unit
from srm.core.actor import SYSTEM
from srm.flow.uow import unit_of_work
from srm.ui.links import url_of

MOST_QUERIES = 25
LIST = "/catalog/items/"
D = Decimal


@pytest.fixture
def shelf(firm):
    """40 bolts in a category below the fasteners, every second with packs, some in use."""
    with unit_of_work():
        bolts = services.create_category(
            actor=SYSTEM, code="BOLT", parent=firm.fasteners, name_en="Bolts", name_ru="Болты"
        )
        common = {"actor": SYSTEM, "category": bolts, "base_unit": firm.unit("C62")}
        packs = [(firm.unit("XBX"), D(200))]
        return [
            services.create_item(
                **common,
                **{"name_en": f"Hex bolt {n}", "name_ru": f"Болт {n}", "name_bg": f"Шестостен {n}"},
                activate=bool(n % 2),
                reference_price=D("0.1") if n % 3 else None,
                packs=packs if n % 2 else (),
            )
            for n in range(40)
        ]


def shown(answer):
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def lines(*rows, prefix="lines"):
    """A formset's fields."""
    data = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": 0}
    for number, row in enumerate(rows):
        data |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return data


# -- reading -----------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [LIST, f"{LIST}?q=bolt&state=active", "/catalog/categories/", "/catalog/units/", f"{LIST}new/", f"{LIST}quick/"],
)
def test_pages_open_with_few_queries(path, shelf, client_of, django_assert_max_num_queries):
    client = client_of("buyer")
    client.get(path)
    with django_assert_max_num_queries(MOST_QUERIES):
        shown(client.get(path))


def test_documents_open_with_few_queries(shelf, firm, client_of, django_assert_max_num_queries):
    client = client_of("buyer")
    item = shelf[1]
    for path in (
        url_of(item),
        url_of(item, "edit"),
        f"{url_of(firm.fasteners)}?tab=items",
        url_of(firm.fasteners, "edit"),
    ):
        client.get(path)
        with django_assert_max_num_queries(MOST_QUERIES):
            shown(client.get(path))


@pytest.mark.parametrize("words", ["hex bolt 7", "БОЛТ 7", "шестостен 7"])
def test_the_list_is_searched_in_every_language(words, shelf, client_of):
    text = shown(client_of("requester").get(LIST, {"q": words}))
    assert "Hex bolt 7" in text
    assert "Hex bolt 8" not in text


def test_the_list_is_filtered_by_a_category_with_all_below_it(shelf, firm, client_of):
    client = client_of("buyer")
    assert "Hex bolt 39" in shown(client.get(LIST, {"category": firm.fasteners.public_id, "sort": "-created"}))
    text = shown(client.get(LIST, {"category": firm.tools.public_id}))
    assert "Nitrile gloves" in text
    assert "Hex bolt" not in text


def test_the_list_turns_its_pages_in_each_order(shelf, client_of):
    client = client_of("buyer")
    for sort in ("article", "-article", "-created", "created", "-changed", "changed"):
        seen, address = set(), f"{LIST}?sort={sort}"
        for _page in range(3):
            answer = client.get(address)
            rows = [row.id for row in answer.context["table"].rows]
            assert not seen & set(rows)
            seen |= set(rows)
            if not answer.context["slice"].next:
                break
            address = f"{LIST}?sort={sort}&cursor={answer.context['slice'].next}"
        assert len(seen) == Item.objects.count() == 43


def test_an_empty_list_says_what_to_do(firm, client_of):
    ItemUnit.objects.all().delete()
    Item.objects.all().delete()
    assert "No items yet." in shown(client_of("buyer").get(LIST))
    assert f"{LIST}new/" in shown(client_of("buyer").get(LIST))
    assert f"{LIST}new/" not in shown(client_of("requester").get(LIST))


def test_an_item_shows_its_packs_price_category_and_names(shelf, client_of):
    text = shown(client_of("requester").get(url_of(shelf[1])))
    for words in ("Hex bolt 1", "Bolts", "200", "box", "0.10", "Болт 1", "Шестостен 1"):
        assert words in text, words


def test_the_tree_of_categories_stands_in_its_order(shelf, firm, client_of):
    answer = client_of("buyer").get("/catalog/categories/")
    assert [row.label for row in answer.context["table"].rows] == ["Fasteners", "Bolts", "Tools"]
    assert "padding-inline-start:1.25rem" in shown(answer)


def test_in_russian_the_units_and_names_are_russian(shelf, firm, client_of):
    client = client_of("buyer")
    firm.users.buyer.language = "ru"
    firm.users.buyer.save()
    client.cookies["language"] = "ru"
    text = shown(client.get(url_of(shelf[1])))
    assert "Болт 1" in text
    assert "ящ" in text


# -- writing -----------------------------------------------------------------


def test_a_buyer_makes_an_item_with_packs(firm, client_of):
    data = {
        "name_en": "Washer M8", "category": firm.fasteners.public_id, "base_unit": "C62", "currency": "EUR",
        "reference_price": "0,012", "article": "",
        **lines({"unit": "XBX", "factor": "1 000"}, {"unit": "KGM", "factor": "210,5"}),
    }  # fmt: skip
    answer = client_of("buyer").post(f"{LIST}new/", data)
    item = Item.objects.get(name_en="Washer M8")
    assert answer.status_code == 302
    assert answer["Location"] == url_of(item)
    assert (item.state, item.reference_price) == ("draft", D("0.012"))
    assert {pack.unit.code: pack.factor for pack in item.packs.all()} == {"XBX": 1000, "KGM": D("210.5")}


def test_a_pack_that_cannot_be_is_marked_at_its_line_and_nothing_is_lost(firm, client_of):
    data = {
        "name_en": "Washer M8", "category": firm.fasteners.public_id, "base_unit": "C62", "currency": "EUR",
        **lines({"unit": "XBX", "factor": "1000"}, {"unit": "C62", "factor": "5"}),
    }  # fmt: skip
    answer = client_of("buyer").post(f"{LIST}new/", data)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "base unit itself" in text
    assert "Washer M8" in text
    assert not Item.objects.filter(name_en="Washer M8").exists()


def test_an_edit_keeps_what_it_does_not_show_and_notices_another_editor(shelf, firm, client_of):
    client, item = client_of("buyer"), shelf[1]
    pack = item.packs.get()
    data = {
        "article": item.article, "name_en": "Renamed", "name_ru": item.name_ru, "name_bg": item.name_bg,
        "category": item.category.public_id, "base_unit": "C62", "currency": "EUR", "version": item.version,
        **lines({"unit": "XBX", "factor": "250", "id": pack.public_id}),
    }  # fmt: skip
    assert client.post(url_of(item, "edit"), data).status_code == 302
    item.refresh_from_db()
    assert (item.name_en, item.packs.get().factor, item.state) == ("Renamed", 250, "active")
    assert client.post(url_of(item, "edit"), {**data, "name_en": "Late"}).status_code == 409
    item.refresh_from_db()
    assert item.name_en == "Renamed"


def test_a_quick_item_is_in_use_at_once_under_the_name_of_the_language(firm, client_of):
    client = client_of("buyer")
    client.cookies["language"] = "bg"
    data = {"name": "Винт", "category": firm.fasteners.public_id, "base_unit": "C62", "reference_price": "0,5"}
    assert client.post(f"{LIST}quick/", data).status_code == 302
    item = Item.objects.get(name_bg="Винт")
    assert (item.state, item.reference_price, item.name_en) == ("active", D("0.5"), "")
    assert item.article.startswith("A-")


def test_many_items_are_activated_and_blocked_at_once(shelf, client_of):
    client = client_of("buyer")
    ids = [item.public_id for item in shelf[:10]]
    client.post(f"{LIST}moves/activate/", {"ids": ids, "sure": "1"})
    assert Item.objects.filter(public_id__in=ids, state="active").count() == 10
    client.post(f"{LIST}moves/block/", {"ids": ids, "sure": "1", "reason": "Discontinued"})
    assert Item.objects.filter(public_id__in=ids, state="blocked").count() == 10


def test_a_category_is_made_below_another_and_moved(firm, client_of):
    client = client_of("buyer")
    data = {"code": "NUT", "parent": firm.fasteners.public_id, "name_en": "Nuts", "is_active": "on"}
    assert client.post("/catalog/categories/new/", data).status_code == 302
    nuts = Category.objects.get(code="NUT")
    assert nuts.path == "/FAST/NUT/"
    data |= {"parent": firm.tools.public_id, "version": nuts.version}
    assert client.post(url_of(nuts, "edit"), data).status_code == 302
    nuts.refresh_from_db()
    assert nuts.path == "/TOOL/NUT/"
    answer = client.post(url_of(nuts, "edit"), {**data, "parent": nuts.public_id, "version": nuts.version})
    assert answer.status_code == 422
    assert "part of itself" in answer.content.decode()


def test_a_unit_is_added_and_corrected(firm, client_of):
    client = client_of("administrator")
    data = {"code": "28", "dimension": "other", "factor": "1", "symbol_en": "kg/m²", "name_en": "Basis weight"}
    assert client.post("/catalog/units/new/", data).status_code == 302
    unit = Unit.objects.get(code="28")
    edit = reverse("catalog:unit-edit", args=["28"])
    assert "kg/m²" in shown(client.get(edit))
    assert client.post(edit, {**data, "symbol_bg": "кг/м²", "version": unit.version}).status_code == 302
    unit.refresh_from_db()
    assert unit.symbol_bg == "кг/м²"
    assert client.get(reverse("catalog:unit-edit", args=["nope"])).status_code == 404


# -- who may -----------------------------------------------------------------


def test_a_requester_reads_and_does_not_write(shelf, firm, client_of):
    client = client_of("requester")
    text = shown(client.get(url_of(shelf[0])))
    assert "Activate" not in text
    assert url_of(shelf[0], "edit") not in text
    for path in (
        f"{LIST}new/",
        f"{LIST}quick/",
        url_of(shelf[0], "edit"),
        "/catalog/categories/new/",
        "/catalog/units/new/",
    ):
        assert client.get(path).status_code == 403, path
        assert client.post(path, {}).status_code == 403, path
    assert (
        client.post(f"{LIST}moves/block/", {"ids": [shelf[1].public_id], "sure": "1", "reason": "No"}).status_code
        == 403
    )
    shelf[1].refresh_from_db()
    assert shelf[1].state == "active"


def test_a_supplier_sees_nothing_of_the_catalog(shelf, firm, client_of):
    client = client_of("alfa_admin")
    for path in (
        LIST,
        url_of(shelf[0]),
        "/catalog/categories/",
        "/catalog/units/",
        "/lookup/items/?q=hex",
        f"{LIST}?export=xlsx",
    ):
        answer = client.get(path)
        assert answer.status_code in (403, 404), path
        assert b"Hex bolt" not in answer.content


# -- pickers and sheets ------------------------------------------------------


def test_the_picker_offers_items_in_use_the_exact_article_first(shelf, firm, client_of):
    options = client_of("requester").get("/lookup/items/", {"q": "10443"}).json()["options"]
    assert options[0]["text"].startswith("10443")
    assert options[0]["hint"] == "Fasteners, pc, 0.061\xa0EUR"
    assert options[0]["data"] == {"unit": {"value": "C62", "text": "pc"}, "price": "0.061", "currency": "EUR"}
    options = client_of("requester").get("/lookup/items/", {"q": "болт"}).json()["options"]
    assert len(options) == 20
    assert not {option["value"] for option in options} & {item.public_id for item in shelf if item.state == "draft"}


def test_pickers_answer_with_few_queries(shelf, client_of, django_assert_max_num_queries):
    client = client_of("requester")
    for name in ("items", "categories", "units"):
        client.get(f"/lookup/{name}/")
        with django_assert_max_num_queries(8):
            assert client.get(f"/lookup/{name}/", {"q": ""}).json()["options"]


def test_units_are_found_by_code_symbol_and_name_the_usual_first(firm, client_of):
    client = client_of("requester")
    assert client.get("/lookup/units/", {"q": ""}).json()["options"][0]["value"] == "C62"
    for words, code in (
        ("kg", "KGM"),
        ("кг", "KGM"),
        ("KGM", "KGM"),
        ("дюжина", "DZN"),
        ("кутия", "XBX"),
        ("м²", "MTK"),
    ):
        assert client.get("/lookup/units/", {"q": words}).json()["options"][0]["value"] == code, words


def test_the_list_leaves_as_a_sheet_of_what_is_shown(shelf, client_of):
    answer = client_of("buyer").get(LIST, {"export": "xlsx", "state": "active", "q": "hex", "sort": "article"})
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    rows = list(openpyxl.load_workbook(BytesIO(content), read_only=True).worksheets[0].iter_rows(values_only=True))
    assert rows[0][0] == "Article"
    assert len(rows) - 1 == 20
    assert {row[-1] for row in rows[1:]} == {"Active"}
    assert client_of("requester").get(LIST, {"export": "xlsx"}).status_code == 403

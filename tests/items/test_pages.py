"""Suppliers' articles: entered, changed, shown, searched, exported and read back; over the API; who may."""

import datetime as dt
from decimal import Decimal
from io import BytesIO

import pytest

from srm.audit.selectors import history
from srm.core.errors import InvalidInput, NotAllowed, Stale
from srm.exchange.importer import kind_named
from srm.ui import lookups
from suppliers.items import services
from suppliers.items.exchange import PriceSheet
from suppliers.items.models import SupplierItem, SupplierPrice
from tests.rest.helpers import api

LIST, API = "/items/", "/api/v1/supplier-items/"
D = Decimal


def shown(answer):
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def lines(*rows):
    data = {"lines-TOTAL_FORMS": len(rows), "lines-INITIAL_FORMS": 0}
    for number, row in enumerate(rows):
        data |= {f"lines-{number}-{name}": value for name, value in row.items()}
    return data


def rows():
    return SupplierItem.objects.unscoped("test")


# -- pages -------------------------------------------------------------------


def test_a_buyer_enters_an_article_with_price_breaks_and_sees_it_on_both_pages(firm, client_of):
    buyer = client_of("buyer")
    form = {
        "supplier": firm.alfa.public_id, "item": firm.bolt.public_id, "article": "A-8x40", "unit": "BX", "lead_days": "5",
        "standing": "preferred",
    }  # fmt: skip
    prices = lines(
        {"price": "12,50", "basis": "list", "from_quantity": "", "currency": ""},
        {"price": "11", "basis": "agreed", "from_quantity": "10", "currency": "EUR", "valid_from": "2026-01-01",
         "agreement": "RA-7", "max_quantity": "500"},
    )  # fmt: skip
    answer = buyer.post(f"{LIST}new/", form | prices)
    assert answer.status_code == 302, answer.content.decode()
    row = rows().get()
    assert (row.factor, row.lead_days, row.standing) == (200, 5, "preferred")
    first, second = row.prices.order_by("pk")
    assert (first.price, first.currency, first.valid_to, first.from_quantity) == (D("12.5"), "EUR", None, 0)
    assert (second.basis, second.agreement, second.max_quantity) == ("agreed", "RA-7", 500)
    assert "A-8x40" in shown(buyer.get(f"{firm.bolt.get_absolute_url()}?tab=suppliers"))
    assert "A-8x40" in shown(buyer.get(f"{firm.alfa.get_absolute_url()}?tab=articles"))
    assert "RA-7" in shown(buyer.get(row.get_absolute_url()))
    assert "A-8x40" in shown(buyer.get(f"{LIST}?q=a-8x40"))
    assert "A-8x40" in shown(buyer.get(f"{LIST}?q=Болт"))
    assert "A-8x40" not in shown(buyer.get(f"{LIST}?q=gloves"))


@pytest.mark.parametrize(
    ("query", "found"),
    [("standing=approved", 2), ("standing=stopped", 0), ("priced=1", 2), ("priced=0", 0), ("agreed=on", 0)],
)
def test_the_list_is_filtered(priced, client_of, query, found):
    assert len(client_of("buyer").get(f"{LIST}?{query}").context["slice"].rows) == found


def test_the_item_page_compares_what_a_quantity_costs(firm, priced, client_of):
    page = f"{firm.bolt.get_absolute_url()}?tab=suppliers"
    assert shown(client_of("buyer").get(page)).index("Beta Stahl") > 0
    text = shown(client_of("buyer").get(f"{page}&quantity=1 800"))
    offered = text[text.index("Best offer") :]
    assert offered.index("Alfa Metal") < offered.index("Beta Stahl")
    assert "1 box more: €10.00" in offered.replace("\xa0", " ") or "more" in offered
    shown(client_of("buyer").get(f"{page}&quantity=-1' OR 1"))


def test_pages_open_with_few_queries(firm, sell, client_of, django_assert_max_num_queries):
    for number in range(30):
        row = sell(
            firm.alfa, firm.bolt, article=f"A{number}", prices=[{"price": D(1)}, {"price": D(2), "from_quantity": D(9)}]
        )
    buyer = client_of("buyer")
    for path in (LIST, f"{LIST}new/", row.get_absolute_url(), f"{row.get_absolute_url()}edit/", f"{LIST}?q=bolt&priced=1",
                 f"{firm.bolt.get_absolute_url()}?tab=suppliers", f"{firm.alfa.get_absolute_url()}?tab=articles"):  # fmt: skip
        buyer.get(path)
        with django_assert_max_num_queries(25):
            shown(buyer.get(path))


def test_a_price_is_changed_another_removed_and_all_of_it_is_in_the_history(firm, priced, client_of):
    alfa, _beta = priced
    buyer, page = client_of("buyer"), f"{alfa.get_absolute_url()}edit/"
    first = alfa.prices.order_by("from_quantity").first()
    form = {
        "supplier": firm.alfa.public_id, "item": firm.bolt.public_id, "article": "A-8x40", "unit": "BX", "factor": "200",
        "standing": "approved", "version": "1",
    }  # fmt: skip
    kept = {"id": first.public_id, "price": "13", "basis": "list", "currency": "EUR", "valid_from": "2026-01-01"}
    assert buyer.post(page, form | lines(kept) | {"lines-INITIAL_FORMS": 1}).status_code == 302
    assert [(one.price, one.from_quantity) for one in alfa.prices.all()] == [(D(13), D(0))]
    assert len(history(alfa)) >= 3
    again = buyer.post(page, form | lines(kept) | {"lines-INITIAL_FORMS": 1})
    assert again.status_code == 409


# -- rules -------------------------------------------------------------------


def test_only_one_supplier_is_preferred_and_the_former_stays_approved(firm, priced, work):
    alfa, beta = priced
    for row in (alfa, beta):
        with work():
            services.update_supplier_item(row, actor=firm.actor("buyer"), standing="preferred")
    assert dict(rows().values_list("supplier__code", "standing")) == {"S-alfa": "approved", "S-beta": "preferred"}


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"unit": "KGM"}, "factor"), ({"unit": "C62", "factor": D(2)}, "factor"), ({"unit": "BX", "factor": D(0)}, "factor"),
        ({"min_quantity": D(-1)}, "min_quantity"), ({"prices": [{"price": D(-1)}]}, "prices.0.price"),
        ({"prices": [{"price": D(1)}, {"price": D(2)}]}, "prices.1"),
        ({"prices": [{"price": D(1), "valid_from": dt.date(2026, 2, 1), "valid_to": dt.date(2026, 1, 1)}]}, "prices.0"),
        ({"standing": "adored"}, "standing"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_is_kept(firm, sell, fields, where):
    item = firm.nut if fields.get("unit") == "KGM" else firm.bolt
    with pytest.raises(InvalidInput) as fault:
        sell(firm.alfa, item, **{**fields, **({"unit": firm.unit(fields["unit"])} if "unit" in fields else {})})
    assert list(fault.value.errors) == [where]
    assert not rows().exists()


def test_the_same_article_is_entered_once_and_keeps_its_supplier(firm, priced, sell, work):
    with pytest.raises(InvalidInput):
        sell(firm.alfa, firm.bolt, article="A-8x40", unit=firm.unit("BX"))
    with pytest.raises(InvalidInput), work():
        services.update_supplier_item(priced[0], actor=firm.actor("buyer"), supplier=firm.beta)
    with pytest.raises(Stale), work():
        services.update_supplier_item(priced[0], actor=firm.actor("buyer"), version=9, note="x")


@pytest.mark.parametrize("persona", ["requester", "auditor", "storekeeper", "alfa_admin"])
def test_who_may_not_edit_may_not_write(firm, priced, work, persona, client_of):
    with pytest.raises(NotAllowed), work():
        services.create_supplier_item(actor=firm.actor(persona), supplier=firm.alfa, item=firm.nut)
    with pytest.raises(NotAllowed), work():
        services.update_supplier_item(priced[0], actor=firm.actor(persona), note="mine")
    assert client_of(persona).get(f"{LIST}new/").status_code in (403, 404)
    assert rows().filter(note="mine").count() == 0


def test_a_requester_sees_the_price_of_the_best_offer_while_typing_but_not_the_supplier(firm, priced):
    option = lookups.get("items").search(firm.actor("requester"), "10443")[0]
    assert option.data["price"] == "0.07"  # for one piece Beta's hundred costs less than a box of 200 at 12
    assert "Beta" not in f"{option.label} {option.hint}"


# -- sheets ------------------------------------------------------------------


def test_the_list_is_exported_and_read_back_equal(firm, priced, client_of, tmp_path, work):
    path = tmp_path / "prices.xlsx"
    path.write_bytes(b"".join(client_of("buyer").get(f"{LIST}?export=xlsx").streaming_content))
    before = _all()
    assert len(before) == 3
    SupplierPrice.objects.unscoped("test").all().delete()
    rows().delete()
    actor, kind = firm.actor("buyer"), kind_named("price-lists")
    for _twice in range(2):  # the second time changes nothing
        with work():
            parsed = PriceSheet.read(path, actor=actor)
            kind.apply_rows(parsed, run=None, actor=actor)
        assert [row.faults for row in parsed if row.faults] == []
        assert _all() == before


def _all():
    return sorted(
        SupplierPrice.objects.unscoped("test").values_list(
            "supplier_item__supplier__code", "supplier_item__item__article", "supplier_item__article", "supplier_item__name",
            "supplier_item__unit__code", "supplier_item__factor", "supplier_item__min_quantity", "supplier_item__multiple",
            "supplier_item__lead_days", "supplier_item__standing", "basis", "from_quantity", "price", "currency",
            "valid_from", "valid_to", "agreement", "max_quantity", "max_amount",
        ),
        key=str,
    )  # fmt: skip


def test_a_line_of_an_unknown_supplier_or_item_is_rejected_with_a_reason(firm, work, tmp_path):
    stream = BytesIO()
    PriceSheet.template(stream, firm.actor("buyer"))
    parsed = PriceSheet.parse(
        [["Supplier code", "Our article", "Price"], ["S-none", "10443", "1"], ["S-alfa", "nothing", "1"], ["S-alfa", "10443", "x"]],
        actor=firm.actor("buyer"),
    )  # fmt: skip
    assert [[fault.column for fault in row.faults] for row in parsed] == [["supplier"], ["item"], ["price"]]


# -- api ---------------------------------------------------------------------


def test_a_program_enters_changes_and_lists_articles(firm):
    buyer = api(firm.users.buyer)
    body = {
        "supplier": firm.beta.public_id, "item": firm.bolt.public_id, "article": "B-1", "min_quantity": "100",
        "prices": [{"price": "0.07", "currency": "EUR"}, {"price": "0.06", "currency": "EUR", "from_quantity": "1000"}],
    }  # fmt: skip
    made = buyer.post(API, body)
    assert made.status_code == 201, made.text
    assert made.json()["unit"] == "C62"
    assert [float(one["from_quantity"]) for one in made.json()["prices"]] == [0, 1000]
    address = f"{API}{made.json()['id']}/"
    changed = buyer.patch(address, {"version": 1, "prices": [{"price": "0.05", "currency": "EUR"}]})
    assert changed.status_code == 200, changed.text
    assert [float(one["price"]) for one in changed.json()["prices"]] == [0.05]
    assert [one["article"] for one in buyer.get(f"{API}?q=b-1").json()["results"]] == ["B-1"]
    fault = buyer.patch(address, {"version": 2, "prices": [{"price": "-1"}]})
    assert fault.status_code == 422
    assert "prices.0.price" in fault.json()["errors"]
    assert api(firm.users.requester).get(API).status_code == 403
    assert api(firm.users.alfa_admin).get(address).status_code in (403, 404)

"""Items and categories as sheets: exported, read back equal, and refused line by line."""

import pytest

from srm.catalog import services
from srm.catalog.attributes.services import create_attribute
from srm.catalog.exchange import CategorySheet, ItemSheet
from srm.catalog.models import Category, Item, ItemUnit
from srm.core.actor import SYSTEM
from srm.exchange.importer import kind_named


@pytest.fixture
def stocked(firm, work):
    """Two items with packs, attributes, a successor, names in three languages."""
    with work():
        create_attribute(actor=SYSTEM, category=firm.fasteners, code="material", kind="text", name_en="Material")
        create_attribute(actor=SYSTEM, category=firm.fasteners, code="stainless", kind="yes_no", name_en="Stainless")
        child = services.create_category(
            actor=SYSTEM, code="BOLT", parent=firm.fasteners, name_en="Bolts", cpv="44531000", buyer=firm.users.buyer
        )
        common = {"actor": SYSTEM, "category": child, "base_unit": firm.unit("C62")}
        new = services.create_item(article="N-1", name_en="New; bolt", name_ru="Болт", name_bg="Болт", **common)
        old = services.create_item(
            article="O-1", name_en="Old bolt", packs=[(firm.unit("BX"), 200)], description="Two\nlines",
            attributes={"material": "A2; 70", "stainless": False}, reference_price="0.125", margin_dependent="12.50", **common,
        )  # fmt: skip
        services.update_item(old, actor=SYSTEM, replaced_by=new)
    return child


def written(sheet, rows, firm, tmp_path):
    path = tmp_path / "sheet.xlsx"
    with path.open("wb") as stream:
        sheet.export_xlsx(rows, firm.actor("buyer"), stream)
    return path


def read(kind, sheet, path, firm, work):
    with work():
        parsed = sheet.read(path, actor=firm.actor("buyer"))
        kind_named(kind).apply_rows(parsed, run=None, actor=firm.actor("buyer"))
    return [[fault.column for fault in row.faults] for row in parsed]


def items():
    fields = ("article", "name_en", "name_ru", "name_bg", "category__code", "base_unit__code", "description", "is_service",
              "reference_price", "currency", "margin_dependent", "replaced_by__article", "attributes")  # fmt: skip
    packs = sorted(ItemUnit.objects.values_list("item__article", "unit__code", "factor"))
    return list(Item.objects.order_by("article").values_list(*fields)), packs


def test_items_are_read_back_as_they_were_written(firm, stocked, work, tmp_path):
    path = written(ItemSheet, Item.objects.order_by("article"), firm, tmp_path)
    before = items()
    Item.objects.update(replaced_by=None)
    ItemUnit.objects.all().delete()
    Item.objects.all().delete()
    for _twice in range(2):  # the second time nothing changes
        assert not any(read("items", ItemSheet, path, firm, work))
        assert items() == before


def test_categories_are_read_back_as_they_were_written(firm, stocked, work, tmp_path):
    path = written(CategorySheet, Category.objects.order_by("path"), firm, tmp_path)
    shown = lambda: list(  # noqa: E731
        Category.objects.order_by("path").values_list(
            "code", "path", "name_en", "name_ru", "cpv", "buyer__email", "is_active"
        )
    )
    before = shown()
    Category.objects.filter(pk=stocked.pk).update(name_en="?", cpv="", buyer=None)
    assert not any(read("categories", CategorySheet, path, firm, work))
    assert shown() == before


def test_a_bad_line_names_its_column_and_takes_no_other_with_it(firm, stocked, work):
    actor = firm.actor("buyer")
    head = ["Article", "Name, English", "Category code", "Unit code", "Packs", "Attributes"]
    rows = [
        ["Q-1", "Good", "BOLT", "C62", "BX=100", "material=A4"],
        ["Q-2", "No such category", "NONE", "C62", "", ""],
        ["Q-3", "No such pack", "BOLT", "C62", "ZZ=1", ""],
        ["Q-4", "No number", "BOLT", "C62", "BX=many", ""],
        ["Q-5", "No such attribute", "BOLT", "C62", "", "colour=red"],
        ["Q-6", "No sign", "BOLT", "C62", "", "material"],
        ["", "No article", "BOLT", "C62", "", ""],
    ]
    with work():
        parsed = ItemSheet.parse([head, *rows], actor=actor)
        good = [row for row in parsed if not row.faults]
        kind_named("items").apply_rows(good, run=None, actor=actor)
    faults = [[fault.column for fault in row.faults] for row in parsed]
    assert faults == [[], ["category"], ["packs"], ["packs"], ["attributes.colour"], ["attributes"], ["article"]]
    assert list(Item.objects.filter(article__startswith="Q-").values_list("article", flat=True)) == ["Q-1"]

"""Units: what is loaded, and what converts."""

import csv
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srm.catalog.models import ItemUnit, Unit
from srm.catalog.units import factor_to_base, to_base, units_of
from srm.catalog.units_data import UNITS, ensure_units
from srm.core.errors import InvalidInput
from srm.core.fields import MAX_QUANTITY

BY_CODE = {row.code: row for row in UNITS}


def unit(code: str) -> Unit:
    row = BY_CODE[code]
    return Unit(
        pk=UNITS.index(row) + 1,
        code=code,
        dimension=row.dimension,
        factor=Decimal(row.factor),
        symbol_en=row.symbols[0],
    )


def test_every_unit_has_its_symbol_and_name_in_three_languages():
    assert len(UNITS) >= 60
    assert len({row.code for row in UNITS}) == len(UNITS)
    for row in UNITS:
        assert len(row.symbols) == len(row.names) == 3
        assert all(row.symbols), row.code
        assert all(row.names), row.code


def test_an_okei_number_names_one_unit():
    numbers = [row.okei for row in UNITS if row.okei]
    assert len(numbers) == len(set(numbers))


@pytest.mark.needs_data
def test_codes_are_those_of_the_published_lists(shared):
    text = (shared / "data/codelists/units/UnitOfMeasureCode-2.4.gc").read_text(encoding="utf-8")
    recommendation_20 = set(re.findall(r'<Value ColumnRef="code">\s*<SimpleValue>([^<]+)</SimpleValue>', text))
    with (shared / "data/codelists/okei/OKEIUoms.csv").open(encoding="utf-8-sig", newline="") as stream:
        okei = {row["Code"]: row for row in csv.DictReader(stream)}
    for row in UNITS:
        packages = row.code.startswith("X") and len(row.code) == 3  # Recommendation 21
        assert packages or row.code in recommendation_20, row.code
        assert not row.okei or row.okei in okei, row.code


@pytest.mark.django_db
def test_units_are_there_after_migrate_and_loading_again_changes_nothing():
    assert set(BY_CODE) <= set(Unit.objects.values_list("code", flat=True))
    Unit.objects.filter(code="KGM").update(symbol_bg="кило")
    Unit.objects.filter(code="TNE").delete()
    assert ensure_units() == 1
    assert ensure_units() == 0
    assert Unit.objects.get(code="KGM").symbol_bg == "кило"
    assert Unit.objects.get(code="TNE").factor == 1000


@pytest.mark.parametrize(
    ("quantity", "code", "base", "result"),
    [
        ("1", "TNE", "KGM", "1000"),
        ("250", "GRM", "KGM", "0.25"),
        ("2.5", "DZN", "C62", "30"),
        ("3", "GLL", "LTR", "11.3562"),
        ("10", "LBR", "KGM", "4.5359"),
        ("90", "MIN", "HUR", "1.5"),
        ("12", "INH", "FOT", "1"),
        ("1", "H87", "C62", "1"),
        ("0.1", "MTQ", "LTR", "100"),
        ("7.77", "XBX", "XBX", "7.77"),
    ],
)
def test_units_of_one_kind_convert_exactly(quantity, code, base, result):
    assert to_base(None, Decimal(quantity), unit(code), unit(base)) == Decimal(result)


@pytest.mark.parametrize(
    ("code", "base"), [("KGM", "LTR"), ("XBX", "C62"), ("MON", "DAY"), ("C62", "KGM"), ("XBX", "XPK")]
)
def test_units_of_different_kinds_are_refused_in_a_sentence(code, base):
    with pytest.raises(InvalidInput) as refusal:
        to_base(None, Decimal(1), unit(code), unit(base))
    (sentence,) = refusal.value.errors["unit"]
    assert unit(code).symbol in sentence
    assert unit(base).symbol in sentence
    assert "pack" in sentence


def test_what_would_vanish_or_change_by_rounding_is_refused():
    for quantity, code, base in (("1", "MGM", "TNE"), ("0.4", "GRM", "TNE"), ("12.345", "CMT", "KMT")):
        with pytest.raises(InvalidInput) as refusal:
            to_base(None, Decimal(quantity), unit(code), unit(base))
        assert "quantity" in refusal.value.errors


def test_what_is_too_large_is_refused():
    for quantity in (MAX_QUANTITY, Decimal("1e40")):
        with pytest.raises(InvalidInput):
            to_base(None, quantity, unit("TNE"), unit("MGM"))


@given(
    quantity=st.decimals("0.0001", "99999999", places=4),
    pair=st.sampled_from([(a.code, b.code) for a in UNITS for b in UNITS if a.dimension == b.dimension != "other"]),
)
def test_there_and_back_again_is_the_same_quantity_or_a_refusal(quantity, pair):
    here, there = unit(pair[0]), unit(pair[1])
    try:
        converted = to_base(None, quantity, here, there)
        back = to_base(None, converted, there, here)
    except InvalidInput:
        return
    assert abs(back - quantity) <= max(quantity * Decimal("0.0021"), Decimal("0.0001"))


def test_the_items_own_pack_comes_first(firm):
    box, hundred = firm.unit("XBX"), firm.unit("CEN")
    with pytest.raises(InvalidInput):
        to_base(firm.bolt, Decimal(3), box)
    ItemUnit.objects.create(item=firm.bolt, unit=box, factor=Decimal("250"))
    ItemUnit.objects.create(item=firm.bolt, unit=firm.unit("KGM"), factor=Decimal("81.3"))
    assert to_base(firm.bolt, Decimal(3), box) == 750
    assert to_base(firm.bolt, Decimal(2), hundred) == 200
    assert to_base(firm.bolt, Decimal(1), firm.unit("KGM")) == Decimal("81.3")
    assert to_base(firm.bolt, Decimal(3), box, base=firm.unit("DZN")) == Decimal("62.5")
    assert factor_to_base(firm.bolt, box) == 250
    # A pack belongs to its item: nuts in boxes are still refused.
    with pytest.raises(InvalidInput):
        to_base(firm.nut, Decimal(3), box)


def test_an_item_is_asked_for_in_its_base_unit_its_packs_and_units_of_that_kind(firm):
    ItemUnit.objects.create(item=firm.bolt, unit=firm.unit("XBX"), factor=Decimal(250))
    codes = [one.code for one in units_of(firm.bolt)]
    assert codes[0] == "C62"
    assert {"XBX", "DZN", "CEN", "MIL"} <= set(codes)
    assert "KGM" not in codes


def test_a_prefetched_items_packs_cost_no_query(firm, django_assert_num_queries):
    from srm.catalog.models import Item

    bolt = Item.objects.select_related("base_unit").prefetch_related("packs__unit").get(pk=firm.bolt.pk)
    box = firm.unit("BX")
    with django_assert_num_queries(0):
        assert to_base(bolt, Decimal(2), box) == 400

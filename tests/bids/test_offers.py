"""Offers as typed, checked and sealed."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement.bids import offers
from srm.core.errors import InvalidInput

TODAY = dt.date(2026, 11, 1)
WANTED = [
    offers.Wanted("a", Decimal(120000), dt.date(2027, 1, 12)),
    offers.Wanted("b", Decimal(80000), dt.date(2027, 1, 12)),
]
LINE = {"price": "0,052", "deliver_on": "2027-01-10"}


def check(**typed):
    return offers.check({"lines": {"a": LINE}, **typed}, WANTED, currency="EUR", today=TODAY)


def faults(**typed):
    with pytest.raises(InvalidInput) as refused:
        check(**typed)
    return set(refused.value.errors)


def test_a_line_needs_a_price_and_a_day_and_offers_everything_by_default():
    offer = check()
    (line,) = offer.lines
    assert (line.price, line.quantity, line.basis, line.net) == (Decimal("0.052"), 120000, 1, Decimal("6240.00"))


def test_a_price_for_a_hundred_is_a_hundredth_for_one():
    (line,) = check(lines={"a": {**LINE, "price": "5.2", "basis": "100"}}).lines
    assert (line.unit_price, line.net) == (Decimal("0.052"), Decimal("6240.00"))


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"price": "cheap"}, "price"),
        ({"price": "-1"}, "price"),
        ({"price": "NaN"}, "price"),
        ({"price": "1e300"}, "price"),
        ({"price": "0.0000001"}, "price"),
        ({"basis": "7"}, "basis"),
        ({"basis": "0"}, "basis"),
        ({"quantity": "120000.0001"}, "quantity"),
        ({"quantity": "0"}, "quantity"),
        ({"deliver_on": ""}, "deliver_on"),
        ({"deliver_on": "soon"}, "deliver_on"),
        ({"deliver_on": "2026-10-31"}, "deliver_on"),
        ({"price": "999999999"}, "price"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(changed, wrong):
    assert faults(lines={"a": {**LINE, **changed}}) == {f"lines.a.{wrong}"}


def test_an_offer_without_a_price_is_none():
    assert faults(lines={}) == {"__all__"}
    assert faults(lines={"a": {"note": "later"}}) == {"__all__"}
    assert faults(lines={"c": LINE}) == {"__all__"}  # a line of another tender


def test_the_head_is_checked_too():
    assert faults(freight="-5", valid_until="yesterday") == {"freight", "valid_until"}
    assert faults(valid_until="2026-10-01") == {"valid_until"}
    assert check(freight="120,50").total == Decimal("6360.50")


def test_what_was_typed_survives_whatever_it_is():
    sent = {
        "freight": ["x"], "note": "a\x00b\x1b[31m", "junk": 1, "state": "won",
        "lines": {"a": {"price": "1o", "junk": "x", "quantity": None}, "c": LINE, "b": "nonsense"},
    }  # fmt: skip
    typed = offers.clean_typed(sent, WANTED)
    assert typed == {
        "freight": "", "valid_until": "", "note": "ab[31m",
        "lines": {"a": {"price": "1o", "basis": "", "quantity": "", "deliver_on": "", "note": ""}},
    }  # fmt: skip


amounts = st.decimals(min_value=0, max_value=10**7, places=2)


@given(nets=st.lists(amounts, max_size=30), freight=amounts)
def test_shares_of_freight_add_up_to_the_cent(nets, freight):
    found = offers.landed(nets, freight)
    assert len(found) == len(nets)
    if nets:
        assert sum(found) == sum(nets) + freight
        assert all(part >= net - Decimal("0.16") for part, net in zip(found, nets, strict=True))


prices = st.decimals(min_value=0, max_value=999999, places=6)


@given(
    price=prices,
    quantity=st.decimals(min_value="0.0001", max_value=80000, places=4),
    freight=amounts,
    note=st.text(max_size=50),
)
def test_an_offer_comes_back_from_its_seal_and_from_its_form_as_it_was(price, quantity, freight, note):
    line = offers.OfferLine("b", price, 100, quantity, dt.date(2027, 1, 1), offers._text(note, 300))
    offer = offers.Offer("EUR", (line,), freight, None, offers._text(note, 300))
    assert offers.from_content(offers.to_content(offer, tender="t")) == offer
    if price:
        again = offers.check(offers.to_typed(offer), WANTED, currency="EUR", today=TODAY)
        assert again.lines[0].price == price
        assert again.freight == freight


@pytest.mark.parametrize(
    ("price", "basis", "doubted", "explained"),
    [
        ("10.4", "1", True, 100), ("104", "1", True, 1000), ("0.104", "1", False, None), ("10.4", "100", False, None),
        ("0.001", "1", True, None), ("2.07", "1", False, None), ("2.08", "1", True, 10), ("99999", "1", True, None),
    ],
)  # fmt: skip
def test_a_price_far_from_the_last_one_is_asked_about(price, basis, doubted, explained):
    offer = check(lines={"a": {"price": price, "basis": basis, "deliver_on": "2027-01-10"}})
    found = offers.doubts(offer, {"a": Decimal("0.104")})
    assert bool(found) == doubted
    assert (found[0].basis if found else None) == explained
    assert offers.doubts(offer, {}) == []

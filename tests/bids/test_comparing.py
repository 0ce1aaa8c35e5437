"""Comparing offers: best per line, best single supplier, what a choice costs."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement.bids.comparing import Need, Offered, Quote, compare

DAY = dt.date(2027, 1, 12)
TIME = dt.datetime(2026, 11, 18, 9, tzinfo=dt.UTC)


def need(key, quantity=100, baseline="2"):
    return Need(key, Decimal(quantity), Decimal(baseline) if baseline else None, DAY)


def offered(name, prices, *, minute=0, admitted=True, quantities=None):
    quotes = {}
    for line, price in prices.items():
        quantity = Decimal((quantities or {}).get(line, 100))
        amount = Decimal(price) * quantity
        quotes[line] = Quote(f"{name}-{line}", line, Decimal(price), quantity, amount, amount, DAY)
    return Offered(name, name, TIME + dt.timedelta(minutes=minute), quotes, admitted)


NEEDS = [need("a"), need("b"), need("c", baseline=None)]
ALFA = offered("alfa", {"a": "1.00", "b": "2.00", "c": "3.00"})
NORD = offered("nord", {"a": "1.10", "b": "1.50", "c": "3.10"}, minute=1)
METIZ = offered("metiz", {"a": "0.90"}, minute=2)


def test_the_best_of_each_line_wins_and_the_single_best_must_have_everything():
    found = compare(NEEDS, [METIZ, NORD, ALFA])
    assert {line: quote.id for line, quote in found.best.items()} == {"a": "metiz-a", "b": "nord-b", "c": "alfa-c"}
    assert found.single.offer.id == "nord"
    assert [lane.offer.id for lane in found.lanes] == ["nord", "alfa", "metiz"]
    assert (found.lanes[2].comparable, found.lanes[2].missing) == (False, 2)


def test_a_choice_is_judged_against_the_cheapest_and_the_baseline():
    found = compare(NEEDS, [METIZ, NORD, ALFA])
    chosen = found.judge({"a": "alfa-a", "b": "nord-b", "c": "alfa-c"})
    assert (chosen.total, chosen.cheapest, chosen.extra, chosen.suppliers) == (550, 540, 10, 2)
    assert (chosen.baseline, chosen.compared, chosen.saving) == (400, 250, 150)
    assert chosen.saving_part == Decimal("0.375")
    assert found.judge(found.best_per_line()).extra == 0
    assert found.judge(found.best_single()).total == 570
    assert found.judge({}).total == 0


def test_who_is_not_admitted_takes_no_part_and_stands_last():
    cheap = offered("cheap", {"a": "0.01", "b": "0.01", "c": "0.01"}, admitted=False)
    found = compare(NEEDS, [cheap, ALFA])
    assert found.best["a"].id == "alfa-a"
    assert found.single.offer.id == "alfa"
    assert found.lanes[-1].offer.id == "cheap"
    with pytest.raises(KeyError):
        found.judge({"a": "cheap-a"})


def test_a_quote_for_one_line_cannot_be_chosen_for_another():
    with pytest.raises(KeyError):
        compare(NEEDS, [ALFA]).judge({"a": "alfa-b"})


def test_the_whole_quantity_goes_before_a_cheaper_part():
    part = offered("part", {"a": "0.50"}, quantities={"a": 60})
    whole = offered("alfa", {"a": "1.00"})
    found = compare([need("a")], [part, whole])
    assert found.best["a"].id == "alfa-a"
    assert compare([need("a")], [part]).best["a"].id == "part-a"
    assert found.judge({"a": "part-a"}).extra == 0
    assert compare([need("a")], [part]).single is None


def test_equal_prices_go_by_the_earlier_receipt():
    late, early = offered("late", {"a": "1"}, minute=9), offered("early", {"a": "1"}, minute=3)
    found = compare([need("a")], [late, early])
    assert found.best["a"].id == "early-a"
    assert found.single.offer.id == "early"


def test_no_offers_and_no_lines_are_no_error():
    assert compare(NEEDS, []).single is None
    assert compare([], []).judge({}).saving_part is None


table = st.dictionaries(
    st.sampled_from("vwxyz"), st.dictionaries(st.sampled_from("abc"), st.integers(1, 500)), max_size=5
)


@given(prices=table)
def test_nothing_is_cheaper_than_the_best_of_each_line(prices):
    offers = [
        offered(name, {line: Decimal(price) / 100 for line, price in lines.items()}) for name, lines in prices.items()
    ]
    found = compare(NEEDS, offers)
    cheapest = found.judge(found.best_per_line())
    assert cheapest.extra == 0
    for lane in found.lanes:
        own = {line: quote.id for line, quote in lane.offer.quotes.items()}
        judged = found.judge(own)
        assert judged.extra >= 0
        assert judged.total == lane.total
    if found.single:
        assert found.single.total >= cheapest.total

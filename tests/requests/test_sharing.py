"""Sharing what is too little: exact, within every claim, in whole portions, and never less for more."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from procurement.requests.sharing import Claim, left_out, share
from srm.people.sharing import ShareRule

DAY = dt.date(2026, 5, 1)
QUANTITIES = st.integers(1, 500).map(Decimal) | st.decimals("0.0001", "500", places=4)
STEPS = st.sampled_from([Decimal("0.0001"), Decimal(1), Decimal("2.5"), Decimal(12)])
RULES = st.sampled_from(ShareRule.values)


@st.composite
def claims(draw):
    found = draw(st.lists(st.tuples(QUANTITIES, st.integers(0, 9), st.integers(0, 2)), min_size=1, max_size=8))
    return [Claim(no, quantity, DAY + dt.timedelta(days=days), rank) for no, (quantity, days, rank) in enumerate(found)]


def total(wanted):
    return sum(claim.quantity for claim in wanted)


def claim(key, quantity, days=0, rank=1):
    return Claim(key, Decimal(quantity), DAY + dt.timedelta(days=days), rank)


def test_by_need_by_date_the_earliest_need_is_served_whole():
    assert share(Decimal(50), [claim(1, 60, 9), claim(2, 40, 2)], "need_by") == {2: 40, 1: 10}


def test_by_priority_the_urgent_request_comes_before_the_earlier_need():
    assert share(Decimal(50), [claim(1, 60, 9, rank=0), claim(2, 40, 2)], "priority") == {1: 50}


def test_pro_rata_each_gets_his_part_in_whole_units():
    wanted = [claim(1, 60), claim(2, 40), claim(3, 1)]
    assert share(Decimal(50), wanted, "pro_rata", Decimal(1)) == {1: 30, 2: 20}
    assert share(Decimal("50.5"), wanted, "pro_rata", Decimal(1)) == {1: 30, 2: 20, 3: Decimal("0.5")}


def test_pro_rata_hands_out_whole_packs():
    assert share(Decimal(600), [claim(1, 1000), claim(2, 400), claim(3, 200)], "pro_rata", Decimal(200)) == {
        1: 400,
        2: 200,
    }


def test_what_exceeds_all_claims_is_nobodys():
    for rule in ShareRule.values:
        assert share(Decimal(200), [claim(1, 60), claim(2, 40)], rule, Decimal(1)) == {1: 60, 2: 40}


def test_who_goes_without_is_whom_the_rest_does_not_reach():
    wanted = [claim(1, 60, 9), claim(2, 40, 2)]
    assert left_out(Decimal(30), wanted, "need_by") == {1: 30}
    assert left_out(Decimal(50), wanted, "pro_rata", Decimal(1)) == {1: 30, 2: 20}
    assert left_out(Decimal(0), wanted, "pro_rata") == {}


@pytest.mark.deep
@given(wanted=claims(), part=st.fractions(0, 1.2), rule=RULES, step=STEPS)
def test_shares_add_up_exactly_and_stay_within_the_claims(wanted, part, rule, step):
    quantity = Decimal(int(Fraction(total(wanted)) * part * 10_000)).scaleb(-4)
    shares = share(quantity, wanted, rule, step)
    assert sum(shares.values()) == min(quantity, total(wanted))
    assert all(0 < shares[one.key] <= one.quantity for one in wanted if one.key in shares)
    lost = left_out(quantity, wanted, rule, step)
    assert sum(lost.values()) == min(quantity, total(wanted))
    assert all(lost[one.key] <= one.quantity for one in wanted if one.key in lost)


@pytest.mark.deep
@given(wanted=claims(), parts=st.tuples(st.fractions(0, 1), st.fractions(0, 1)), rule=RULES, step=STEPS)
@example([claim(0, 1), claim(1, 1), claim(2, 1)], (Fraction(1, 3), Fraction(2, 3)), "pro_rata", Decimal(1))
def test_more_goods_never_mean_less_for_anybody(wanted, parts, rule, step):
    less, more = (Decimal(int(Fraction(total(wanted)) * part * 10_000)).scaleb(-4) for part in sorted(parts))
    first, second = share(less, wanted, rule, step), share(more, wanted, rule, step)
    assert all(second.get(key, 0) >= part for key, part in first.items())


@pytest.mark.deep
@given(wanted=claims(), part=st.fractions(0, 1), step=STEPS)
def test_pro_rata_splits_at_most_one_portion(wanted, part, step):
    quantity = Decimal(int(Fraction(total(wanted)) * part * 10_000)).scaleb(-4)
    shares = share(quantity, wanted, "pro_rata", step)
    broken = [one for one in wanted if (got := shares.get(one.key, Decimal(0))) % step and got != one.quantity]
    assert len(broken) <= 1


@pytest.mark.deep
@given(wanted=claims(), part=st.fractions(0, 1), step=STEPS)
def test_pro_rata_counts_the_first_portions_at_once_as_if_they_came_one_by_one(wanted, part, step):
    quantity = Decimal(int(Fraction(total(wanted)) * part)) if step >= 1 else step * 40
    shares = share(min(quantity, total(wanted)), wanted, "pro_rata", step)
    queue = sorted(wanted, key=lambda one: one.age)
    portions = sorted(
        ((n + Fraction(1, 2)) * Fraction(step) / Fraction(one.quantity), no, one.key)
        for no, one in enumerate(queue)
        for n in range(min(math.ceil(one.quantity / step), 600))
    )
    slow: dict[int, Decimal] = {}
    rest = min(quantity, total(wanted))
    for _due, _no, key in portions:
        claim_of = next(one for one in wanted if one.key == key)
        got = min(step, claim_of.quantity - slow.get(key, Decimal(0)), rest)
        if got > 0:
            slow[key] = slow.get(key, Decimal(0)) + got
            rest -= got
    assert slow == shares


@given(wanted=claims(), rule=RULES)
def test_the_order_in_which_claims_are_named_does_not_matter(wanted, rule):
    half = (total(wanted) / 2).quantize(Decimal("0.0001"))
    assert share(half, wanted, rule, Decimal(1)) == share(half, wanted[::-1], rule, Decimal(1))

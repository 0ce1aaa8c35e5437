"""The plan is the seed's: the same today and tomorrow, whoever asks first."""

import datetime as dt
from collections import defaultdict

import pytest

from srm.home.demo import needs
from srm.home.demo.calendar import Calendar, at, later, workday
from srm.home.demo.chance import Chance, round_off
from srm.home.demo.plan import Plan
from srm.home.demo.words.categories import CATEGORIES

NOW = dt.datetime(2026, 11, 22, 9, 40, tzinfo=dt.UTC)  # a Sunday


def plan(seed=1, now=NOW, scale=1.0):
    return Plan(Chance(seed), Calendar(now), scale)


def told(orders):
    return [
        (order.supplier.name, order.moment, order.promised, [(one.article, one.quantity, one.price) for one in order.lines],
         [(coming.on, coming.share) for coming in order.comings])
        for order in orders
    ]  # fmt: skip


def test_one_seed_has_one_history_and_another_seed_another():
    assert told(plan().orders()) == told(plan().orders())
    assert told(plan().orders()) != told(plan(seed=2).orders())


def test_asking_twice_or_for_needs_first_changes_nothing():
    first = plan()
    list(needs.rounds(first))
    list(first.orders())
    assert told(first.orders()) == told(plan().orders())


def test_the_history_moves_with_the_day_it_ends_on():
    a_week_on = plan(now=NOW + dt.timedelta(days=7))
    assert len(told(a_week_on.orders())) == len(told(plan().orders()))
    assert max(order.moment for order in a_week_on.orders()) > max(order.moment for order in plan().orders())


def test_orders_are_written_on_working_days_of_eighteen_months():
    moments = [order.moment for order in plan().orders()]
    assert all(moment.weekday() < 5 for moment in moments)
    assert max(moments) <= NOW + dt.timedelta(days=3)
    assert 500 < (max(moments) - min(moments)).days < 560


def test_goods_never_come_before_they_are_ordered():
    for order in plan().orders():
        assert all(coming.on > order.moment.date() for coming in order.comings)
        assert order.cancelled or order.comings
        assert all(line.price > 0 and line.quantity > 0 for line in order.lines)


def test_what_is_leverage_comes_from_several_and_what_is_a_bottleneck_from_one():
    sources = defaultdict(set)
    found = plan()
    for order in found.orders():
        for line in order.lines:
            sources[line.article].add(order.supplier.name)
    share = {
        row.code: sum(
            len(sources[thing.article]) > 1 for thing in found.by_category[row.code] if sources[thing.article]
        )
        / max(1, sum(bool(sources[thing.article]) for thing in found.by_category[row.code]))
        for row in CATEGORIES
    }
    assert share["SHEET"] > 0.7
    assert share["COPPER"] > 0.7
    assert share["MAGNET"] < 0.3
    assert share["SPARE"] < 0.3


def test_less_can_be_played():
    assert len(list(plan(scale=0.1).orders())) < len(list(plan().orders())) / 2


@pytest.mark.parametrize("days", range(0, 12))
def test_days_ago_are_working_days_and_never_after_now(days):
    calendar = Calendar(NOW)
    assert calendar.ago(days, 17).weekday() < 5
    assert calendar.ago(days, 17) < NOW
    assert calendar.ahead(days).weekday() < 5


def test_later_stays_within_working_hours():
    friday = at(dt.date(2026, 11, 20), 17, 30)
    assert later(friday, hours=2).strftime("%a %H") == "Mon 08"
    assert later(friday, days=1).date() == dt.date(2026, 11, 23)
    assert workday(dt.date(2026, 11, 21)) == dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("quantity", "pack", "expected"), [(0.2, 1, 1), (7.4, 1, 7), (1234, 1, 1200), (1234, 200, 1200), (90, 200, 200)]
)
def test_quantities_are_round(quantity, pack, expected):
    assert round_off(quantity, pack) == expected

"""How much at once: the published examples, and against trying every plan."""

import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement.replenishment.deciding import Decision, Facts, Method, decide
from procurement.replenishment.lots import best_orders, economic_quantity, rounded_up

D = Decimal
ONE = D(1)


def numbers(*values):
    return [D(str(value)) for value in values]


def test_the_example_of_wagner_and_whitin():
    demand = numbers(69, 29, 36, 61, 61, 26, 34, 67, 45, 67, 79, 56)
    costs = numbers(85, 102, 102, 101, 98, 114, 105, 86, 119, 110, 98, 114)
    cost, orders = best_orders(demand, order_cost=costs, holding=ONE)
    assert cost == 864
    assert [(order.period + 1, order.quantity) for order in orders] == [
        (1, 98), (3, 97), (5, 121), (8, 112), (10, 67), (11, 135),
    ]  # fmt: skip
    assert best_orders(demand, order_cost=D(100), holding=ONE)[0] == 885


def test_the_example_of_silver_pyke_and_peterson():
    demand = numbers(10, 62, 12, 130, 154, 129, 88, 52, 124, 160, 238, 41)
    cost, orders = best_orders(demand, order_cost=D(54), holding=D("0.4"))
    assert cost == D("501.2")
    assert [(order.period + 1, order.quantity) for order in orders] == [
        (1, 84), (4, 130), (5, 283), (7, 140), (9, 124), (10, 160), (11, 279),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("demand", "order_cost", "holding", "cost"),
    [
        (numbers(90, 120, 80, 70), D(500), D(2), 1380),
        (numbers(730, 580, 445, 650, 880), D(100), D("0.1"), 423),
        (numbers(200, 200, 200, 200, 200), D(100), D("0.1"), 280),
        # Nobody orders in a period without demand, so it costs nothing.
        (numbers(0, 0, 0, 0, 0, 7), numbers(110, 108, 110, 120, 125, 134), ONE, 131),
    ],
)
def test_further_published_examples(demand, order_cost, holding, cost):
    assert best_orders(demand, order_cost=order_cost, holding=holding)[0] == cost


def every_plan(demand, costs, holding):
    """The least cost over all ways to order or not in each period."""
    least = None
    for choice in itertools.product([True, False], repeat=len(demand)):
        ordered, cost, last = choice, D(0), None
        possible = True
        for period, wanted in enumerate(demand):
            if ordered[period]:
                cost, last = cost + costs[period], period
            if wanted and last is None:
                possible = False
            elif last is not None:
                cost += holding * (period - last) * wanted
        if possible and (least is None or cost < least):
            least = cost
    return least


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 200)), min_size=1, max_size=7),
    st.decimals("0", "5", places=1),
)
def test_no_plan_is_cheaper(periods, holding):
    demand, costs = numbers(*(one for one, _cost in periods)), numbers(*(cost for _one, cost in periods))
    cost, orders = best_orders(demand, order_cost=costs, holding=holding)
    assert cost == every_plan(demand, costs, holding)
    assert sum((order.quantity for order in orders), D(0)) == sum(demand)
    paid = sum((costs[order.period] for order in orders), D(0)) + sum(
        (holding * (period - order.period) * demand[period] for order in orders for period in range(order.period, order.until + 1)),
        D(0),
    )  # fmt: skip
    assert paid == cost


def test_the_economic_quantity():
    found = economic_quantity(yearly=D(1300), order_cost=D(8), holding=D("0.225"))
    assert found.quantize(D("0.00001")) == D("304.04678")
    assert economic_quantity(yearly=D(0), order_cost=D(8), holding=ONE) == 0
    assert economic_quantity(yearly=D(10), order_cost=D(8), holding=D(0)) == 0


def test_quantities_come_in_packs():
    assert rounded_up(D("30.1"), multiple=D(20)) == 40
    assert rounded_up(D(40), multiple=D(20)) == 40
    assert rounded_up(D("1.00001")) == D("1.0001")


def facts(**changes):
    values = {"method": Method.TARGET, "point": D(20), "target": D(60), "free": D(12), "incoming": D(0)}
    return Facts(**{**values, **changes})


def test_a_rule_asks_at_its_point_and_not_above():
    assert decide(facts(free=D(21))) is None
    assert decide(facts(incoming=D(9))) is None
    assert decide(facts(incoming=D(8))) == Decision(D(40), Method.TARGET)
    assert decide(facts(multiple=D(25))).quantity == 50
    assert decide(facts(point=D(0), target=D(0), free=D(0))) is None


def test_a_better_lot_only_makes_the_order_larger():
    year = [D(10)] * 12
    large = decide(facts(method=Method.ECONOMIC, by_month=year, order_cost=D(50), holding=ONE))
    assert (large.method, large.months) == (Method.ECONOMIC, 10)
    assert large.quantity == pytest.approx(D("109.5446"), abs=D("0.001"))
    small = decide(facts(method=Method.ECONOMIC, by_month=year, order_cost=D("0.01"), holding=ONE))
    assert small == Decision(D(48), Method.TARGET)


def test_a_season_is_bought_before_it_comes():
    year = [D(0), D(5), D(100), D(100), *[D(0)] * 8]
    found = decide(facts(method=Method.SEASONAL, by_month=year, order_cost=D(1000), holding=D("0.1"), free=D(5)))
    assert (found.quantity, found.months) == (200, 12), "nothing goes out after the season"

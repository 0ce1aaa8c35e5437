"""How much to order at once. Pure: numbers in, numbers out.

Sources: Harris (1913), economic order quantity; Wagner & Whitin (1958), Management Science 5: 89-96, dynamic lot size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

ZERO = Decimal(0)
PLACES = 4


@dataclass(frozen=True)
class Order:
    """`quantity` ordered in period `period` (from 0), which covers the demand up to and with period `until`."""

    period: int
    until: int
    quantity: Decimal


def economic_quantity(*, yearly: Decimal, order_cost: Decimal, holding: Decimal) -> Decimal:
    """The quantity at which ordering and keeping cost least: sqrt(2 K D / h), in the unit of `yearly`.

    Args:
        yearly: what goes out in a year. order_cost: what one order costs. holding: what keeping one unit for a year
            costs; both in one currency.

    0 when nothing goes out or either cost is unknown: then there is no best quantity.
    """
    if yearly <= 0 or order_cost <= 0 or holding <= 0:
        return ZERO
    return (2 * order_cost * yearly / holding).sqrt()


def best_orders(
    demand: Sequence[Decimal], *, order_cost: Sequence[Decimal] | Decimal, holding: Decimal
) -> tuple[Decimal, list[Order]]:
    """The cheapest plan for known demand, as (cost, orders).

    f(t) = min over s <= t of f(s - 1) + K_s + sum over i in s..t of h (i - s) d_i; a run of periods without any demand
    costs nothing, since nobody orders for it.

    Args:
        demand: of each period, not below zero. order_cost: of an order in each period, or in all. holding: of one unit
            over one period.
    """
    costs = [order_cost] * len(demand) if isinstance(order_cost, Decimal) else list(order_cost)
    best: list[tuple[Decimal, int]] = [(ZERO, 0)]
    for last in range(len(demand)):
        choices = []
        kept, total = ZERO, ZERO
        for first in range(last, -1, -1):
            # One period earlier: everything later is kept one period longer.
            kept += holding * total
            total += demand[first]
            choices.append((best[first][0] + (costs[first] + kept if total else ZERO), first))
        best.append(min(choices))
    return best[-1][0], _plan(demand, best)


def _plan(demand: Sequence[Decimal], best: Sequence[tuple[Decimal, int]]) -> list[Order]:
    orders: list[Order] = []
    last = len(demand) - 1
    while last >= 0:
        first = best[last + 1][1]
        if total := sum(demand[first : last + 1], ZERO):
            orders.append(Order(first, last, total))
        last = first - 1
    return orders[::-1]


def rounded_up(quantity: Decimal, *, multiple: Decimal = ZERO) -> Decimal:
    """`quantity` in whole multiples (packs), or in the four places that a quantity has."""
    step = multiple if multiple > 0 else Decimal(1).scaleb(-PLACES)
    return (quantity / step).to_integral_value(ROUND_CEILING) * step

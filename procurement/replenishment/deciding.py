"""Whether a rule asks for an order, and for how much. Pure: facts in, a decision out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from procurement.replenishment import lots

ZERO = Decimal(0)
MONTHS = 12
DAYS = 365


class Method(StrEnum):
    """How the quantity was found."""

    TARGET = "target"
    ECONOMIC = "economic"
    SEASONAL = "seasonal"
    COVER = "cover"


@dataclass(frozen=True)
class Facts:
    """What is known of one item in one warehouse, in base units.

    `by_month` is what is expected to go out in each of the coming twelve months, from what went out a year before.
    `holding` is what keeping one unit for a year costs, `order_cost` what one order costs, in one currency. `cover_days`
    is how long the stock should last by the policy of the item's category; 0 when it does not say.
    """

    method: Method
    point: Decimal
    target: Decimal
    free: Decimal
    incoming: Decimal
    by_month: Sequence[Decimal] = ()
    order_cost: Decimal = ZERO
    holding: Decimal = ZERO
    multiple: Decimal = ZERO
    cover_days: int = 0


@dataclass(frozen=True)
class Decision:
    """Order `quantity`, found by `method`; `months` it is thought to last, where that is known."""

    quantity: Decimal
    method: Method
    months: int = 0


def decide(facts: Facts) -> Decision | None:
    """What to order now; None while enough is there or on its way.

    At the point or below it, at least as much is ordered as lifts the stock to its target. A better lot, or the days that
    the policy wants to have covered, only make the order larger: the target is what its owner wants to see.
    """
    there = facts.free + facts.incoming
    if there > facts.point:
        return None
    lacking = max(facts.target - there, ZERO)
    lot, months = _lot(facts, there)
    quantity = lots.rounded_up(max(lacking, lot), multiple=facts.multiple)
    if quantity <= 0:
        return None
    by_lot = lot >= lacking and lot > 0
    if facts.method == Method.TARGET:
        return Decision(quantity, Method.COVER if lot > lacking else Method.TARGET)
    return Decision(quantity, facts.method if by_lot else Method.TARGET, months if lot >= lacking else 0)


def _lot(facts: Facts, there: Decimal) -> tuple[Decimal, int]:
    yearly = sum(facts.by_month, ZERO)
    if facts.method == Method.TARGET:
        return max(yearly * facts.cover_days / DAYS - there, ZERO), 0
    if facts.method == Method.ECONOMIC:
        lot = lots.economic_quantity(yearly=yearly, order_cost=facts.order_cost, holding=facts.holding)
        return lot, int(lot * MONTHS / yearly) if yearly else 0
    if facts.method == Method.SEASONAL and yearly and facts.order_cost > 0:
        _cost, orders = lots.best_orders(
            _net(facts.by_month, there), order_cost=facts.order_cost, holding=facts.holding / MONTHS
        )
        if orders:
            return orders[0].quantity, orders[0].until + 1
    return ZERO, 0


def _net(demand: Sequence[Decimal], there: Decimal) -> list[Decimal]:
    """What of the demand is not covered by what is there, the earliest first."""
    left, rest = max(there, ZERO), []
    for wanted in demand:
        used = min(left, wanted)
        left -= used
        rest.append(wanted - used)
    return rest

"""What upper rooms tell the plan: what was ordered, and which work a buyer has open.

@order_source
def ordered(entity, year): ...      # [Ordered(category, month, amount, lines), ...] in the entity's currency
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from srm.people.models import LegalEntity


@dataclass(frozen=True)
class Ordered:
    """What was ordered of a category in a month, in the legal entity's currency, and by how many lines."""

    category: int
    month: int
    amount: Decimal
    lines: int = 1


OrderSource = Callable[[LegalEntity, int], Iterable[Ordered]]
_orders: list[OrderSource] = []


def order_source(function: OrderSource) -> OrderSource:
    """Register `fn(entity, year) -> what was ordered`."""
    _orders.append(function)
    return function


def ordered(entity: LegalEntity, year: int) -> tuple[dict[tuple[int, int], Decimal], dict[tuple[int, int], Decimal]]:
    """By category and month: (amounts, numbers of lines) of all sources together."""
    amounts: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    lines: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for source in _orders:
        for one in source(entity, year):
            amounts[one.category, one.month] += one.amount
            lines[one.category, one.month] += one.lines
    return dict(amounts), dict(lines)

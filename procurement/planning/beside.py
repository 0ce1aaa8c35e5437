"""What upper rooms tell planners beside a need: what was paid for the item, and who delivered it last.

@price_source
def paid(items, actor): ...        # {item id: [Paid, ...]}, the latest first

supplier_source(lambda: Subquery(...))   # the last supplier's key, of OuterRef("item")
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, Value
from django.db.models.expressions import Combinable

from srm.core.actor import Actor

MOST = 5


@dataclass(frozen=True)
class Paid:
    """A price per base unit, net of VAT, in its own currency: when, to whom, and by which document."""

    on: dt.date
    supplier: str
    price: Decimal
    currency: str
    number: str = ""
    url: str = ""


PriceSource = Callable[[Collection[int], Actor], dict[int, list[Paid]]]
_prices: list[PriceSource] = []
_suppliers: list[Callable[[], Any]] = []


def price_source(function: PriceSource) -> PriceSource:
    """Register `fn(items, actor) -> {item id: prices}`; it answers nothing to who may not know."""
    _prices.append(function)
    return function


def supplier_source(expression: Callable[[], Combinable]) -> None:
    """Register how the key of an item's last supplier is read, as an expression over request lines."""
    _suppliers.append(expression)


def prices_of(items: Collection[int], actor: Actor) -> dict[int, list[Paid]]:
    """The latest prices of each item, of all sources together."""
    found: dict[int, list[Paid]] = defaultdict(list)
    for source in _prices if items else ():
        for item, prices in source(items, actor).items():
            found[item] += prices
    return {item: sorted(prices, key=lambda paid: paid.on, reverse=True)[:MOST] for item, prices in found.items()}


def last_supplier() -> Any:
    """The expression registered by the room that knows orders."""
    return _suppliers[-1]() if _suppliers else Value(None, output_field=BigIntegerField())

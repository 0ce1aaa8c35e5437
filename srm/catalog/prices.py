"""What an item costs, as pickers and forms show it: a price that an upper room knows, else the last one paid.

@price_source
def prices_for_catalog(items): return {item.pk: KnownPrice(...)}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from srm.catalog.models import Item


@dataclass(frozen=True)
class KnownPrice:
    """The price of one base unit, days until it is there when ordered now, and whether it is agreed."""

    price: Decimal
    currency: str
    lead_days: int | None = None
    is_agreed: bool = False


Source = Callable[[Sequence[Item]], Mapping[int, KnownPrice]]
_sources: list[Source] = []


def price_source(source: Source) -> Source:
    """Register an upper room's answer to "what do these items cost?", by primary key."""
    _sources.append(source)
    return source


def prices_of(items: Sequence[Item]) -> dict[int, KnownPrice]:
    """The price of each item that has one: from an upper room, else the last one paid."""
    known = {
        item.pk: KnownPrice(item.reference_price, item.currency) for item in items if item.reference_price is not None
    }
    for source in _sources:
        known.update(source(items))
    return known

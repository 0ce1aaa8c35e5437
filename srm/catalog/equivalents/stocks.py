"""What of an item is free to be handed out, as an upper room knows it.

@stock_source
def free_everywhere(items): return {item_pk: Decimal}   # in base units; items of which nothing is free are left out
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

Source = Callable[[Iterable[int]], Mapping[int, Decimal]]
_sources: list[Source] = []


def stock_source(source: Source) -> Source:
    """Register an upper room's answer to "what of these items is free?", by primary key."""
    _sources.append(source)
    return source


def free_of(items: Iterable[int]) -> dict[int, Decimal]:
    """Free base units by primary key, over all stores; without a room that keeps stock, nothing."""
    wanted = list(items)
    found: dict[int, Decimal] = {}
    for source in _sources if wanted else ():
        found.update(source(wanted))
    return found

"""How much of an agreement has been bought already, told by the room that buys.

An agreed price may be limited as a whole: so much in all, over all orders. What was bought counts for all prices of one
article under one agreement and in one currency, whichever step of the scale it was bought at: the steps are one promise.

@drawn_source
def bought(articles): ...        # {(article key, agreement, currency): Drawn(quantity, amount)}
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from suppliers.items.models import SupplierPrice
from suppliers.items.offers import PriceRow

WHY = "limits hold for who does not see the price, too"
ZERO = Decimal(0)
Key = tuple[int, str, str]


@dataclass(frozen=True)
class Drawn:
    """What was bought under an agreement: `quantity` in the article's unit, `amount` in the agreement's currency."""

    quantity: Decimal = ZERO
    amount: Decimal = ZERO


NOTHING = Drawn()
Source = Callable[[Collection[int]], Mapping[Key, Drawn]]
_sources: list[Source] = []


def drawn_source(source: Source) -> Source:
    """Register who knows what was bought of articles, by their primary keys."""
    _sources.append(source)
    return source


def drawn_of(articles: Collection[int]) -> dict[Key, Drawn]:
    """What was bought of these articles, by article, agreement and currency."""
    found: dict[Key, Drawn] = {}
    for source in _sources if articles else ():
        for key, drawn in source(articles).items():
            before = found.get(key, NOTHING)
            found[key] = Drawn(before.quantity + drawn.quantity, before.amount + drawn.amount)
    return found


def with_drawn(rows: Sequence[PriceRow]) -> list[PriceRow]:
    """The same rows, those with a limit as a whole with what of it was bought; at most one question."""
    limited = {row.supplier_item_id for row in rows if row.is_limited}
    drawn = drawn_of(limited)
    if not drawn:
        return list(rows)
    return [_with(row, drawn) if row.is_limited else row for row in rows]


def _with(row: PriceRow, drawn: Mapping[Key, Drawn]) -> PriceRow:
    found = drawn.get((row.supplier_item_id, row.agreement, row.currency), NOTHING)
    return replace(row, drawn_quantity=found.quantity, drawn_amount=found.amount)


def hold(items: Iterable[int]) -> None:
    """Lock the limited prices of these items until the transaction ends: who buys reads what is left under the lock."""
    rows = SupplierPrice.objects.unscoped(WHY).filter(supplier_item__item__in=list(items))
    limited = rows.exclude(total_quantity=None, total_amount=None).order_by("pk")
    list(limited.select_for_update(of=("self",)).values_list("pk", flat=True))

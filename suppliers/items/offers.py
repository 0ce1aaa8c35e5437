"""Which supplier is best for a need: pure rules over rows, no database and no clock.

What is ordered is the need in the supplier's unit, raised to his smallest order and up to his step. The price is that
of the largest quantity reached among those that hold on the day; a price of an agreement counts only within its limits,
for one order and for all of them together, and, within them, goes before the list price of the same supplier. Offers are compared by what the whole need costs:
an order that must be rounded up costs what is ordered, not what is needed.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

STEP = Decimal("0.0001")
CENT = Decimal("0.01")
MONEY = Decimal("0.000001")
AGREED = "agreed"
PREFERRED = "preferred"


@dataclass(frozen=True)
class Need:
    """How much of an item, in its base unit, is wanted for which day; `key` is the caller's own."""

    key: Hashable
    item_id: int
    quantity: Decimal
    on: dt.date


@dataclass(frozen=True)
class PriceRow:
    """One price with what it hangs on; quantities in the supplier's unit, which holds `factor` base units."""

    id: int
    supplier_item_id: int
    supplier_id: int
    item_id: int
    factor: Decimal
    min_quantity: Decimal | None
    multiple: Decimal | None
    lead_days: int | None
    standing: str
    basis: str
    from_quantity: Decimal
    price: Decimal
    currency: str
    valid_from: dt.date
    valid_to: dt.date | None
    max_quantity: Decimal | None
    max_amount: Decimal | None
    agreement: str = ""
    total_quantity: Decimal | None = None
    total_amount: Decimal | None = None
    drawn_quantity: Decimal = Decimal(0)
    drawn_amount: Decimal = Decimal(0)

    def holds_on(self, day: dt.date) -> bool:
        """Whether it is valid on that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def admits(self, quantity: Decimal) -> bool:
        """Whether so much may be ordered at it."""
        amount = quantity * self.price
        return (
            (self.max_quantity is None or quantity <= self.max_quantity)
            and (self.max_amount is None or amount <= self.max_amount)
            and (self.total_quantity is None or self.drawn_quantity + quantity <= self.total_quantity)
            and (self.total_amount is None or self.drawn_amount + amount <= self.total_amount)
        )

    @property
    def is_limited(self) -> bool:
        """Whether it names the most that is bought at it in all orders together."""
        return self.total_quantity is not None or self.total_amount is not None

    @property
    def left(self) -> Decimal | None:
        """How many of the supplier's units may still be bought at it; None without a limit as a whole."""
        rests = []
        if self.total_quantity is not None:
            rests.append(self.total_quantity - self.drawn_quantity)
        if self.total_amount is not None and self.price:
            rests.append(((self.total_amount - self.drawn_amount) / self.price).quantize(STEP, ROUND_FLOOR))
        return max(min(rests), Decimal(0)) if rests else None


@dataclass(frozen=True)
class Offer:
    """What one supplier asks for a need.

    `quantity` is what would be ordered, in his unit; `total` in his currency and `total_base` in ours, None when no
    rate is known; `more` and `next_price` say how many more of his units reach the next lower price.
    """

    row: PriceRow
    quantity: Decimal
    total: Decimal
    total_base: Decimal | None
    more: Decimal | None = None
    next_price: Decimal | None = None

    @property
    def unit_price(self) -> Decimal:
        """The price of one base unit, in his currency."""
        return (self.row.price / self.row.factor).quantize(MONEY)

    @property
    def is_agreed(self) -> bool:
        return self.row.basis == AGREED


def orderable(needed: Decimal, row: PriceRow) -> Decimal:
    """`needed` base units in the supplier's unit, raised to his smallest order and up to his step."""
    quantity = max((needed / row.factor).quantize(STEP, ROUND_CEILING), row.min_quantity or Decimal(0))
    if row.multiple:
        steps = (quantity / row.multiple).to_integral_value(ROUND_CEILING)
        quantity = steps * row.multiple
    return quantity


def offers(
    needs: Iterable[Need], rows: Iterable[PriceRow], worth: Callable[[str], Decimal | None]
) -> dict[Any, list[Offer]]:
    """For each need its offers, the best first: one per item at a supplier.

    Args:
        worth: what one unit of a currency is worth in ours, None when nobody knows.
    """
    by_item: dict[int, dict[int, list[PriceRow]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        by_item[row.item_id][row.supplier_item_id].append(row)
    found: dict[Any, list[Offer]] = {}
    for need in needs:
        made = [_offer(need, priced, worth) for priced in by_item.get(need.item_id, {}).values()]
        found[need.key] = sorted((one for one in made if one), key=_rank)
    return found


def _offer(need: Need, rows: Sequence[PriceRow], worth: Callable[[str], Decimal | None]) -> Offer | None:
    quantity = orderable(need.quantity, rows[0])
    holding = [row for row in rows if row.holds_on(need.on) and row.admits(quantity)]
    reached = [row for row in holding if row.from_quantity <= quantity]
    if not reached:
        return None
    best = max(reached, key=lambda row: (row.basis == AGREED, row.from_quantity, row.valid_from, row.id))
    total = (quantity * best.price).quantize(CENT)
    rate = worth(best.currency)
    further = [
        row for row in holding
        if row.basis == best.basis and row.currency == best.currency and row.from_quantity > quantity
        and row.price < best.price
    ]  # fmt: skip
    following = min(further, key=lambda row: (row.from_quantity, row.price), default=None)
    return Offer(
        best, quantity, total, None if rate is None else (total * rate).quantize(CENT),
        following.from_quantity - quantity if following else None, following.price if following else None,
    )  # fmt: skip


def _rank(offer: Offer) -> tuple:
    """Agreed before list, preferred before approved, then cheap, then soon."""
    row = offer.row
    unknown = offer.total_base is None
    return (
        not offer.is_agreed, row.standing != PREFERRED, unknown, offer.total if unknown else offer.total_base,
        row.lead_days if row.lead_days is not None else 10**6, row.supplier_item_id,
    )  # fmt: skip

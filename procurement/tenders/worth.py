"""What a tender is about to cost, in the base currency: by line and by category, and what is not known of it.

A line counts at its baseline, or at what the requests behind it were approved for where that is more: a low baseline
dodges no limit. Where neither is known, the item's reference price stands in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from procurement.tenders.models import LotLine, Tender
from srm.catalog.models import Category
from srm.core import clock, rates
from srm.core.errors import InvalidInput
from srm.core.money import cents, line_total

ZERO = Decimal(0)


@dataclass(frozen=True)
class Price:
    """A price per unit."""

    amount: Decimal
    currency: str


@dataclass(frozen=True)
class Wanted:
    """A line as it is valued: the dearest of `prices` counts, `instead` where there is none."""

    key: int
    what: str
    quantity: Decimal
    prices: tuple[Price, ...] = ()
    instead: Price | None = None
    category: Any = None


@dataclass(frozen=True)
class Worth:
    """Amounts in the base currency.

    `unpriced` and `unsorted` name lines without a price and without a category; `unrated` are currencies without a rate.
    """

    total: Decimal = ZERO
    parts: Mapping[Category, Decimal] = field(default_factory=dict)
    lines: Mapping[int, Decimal] = field(default_factory=dict)
    unpriced: tuple[str, ...] = ()
    unsorted: tuple[str, ...] = ()
    unrated: tuple[str, ...] = ()


def value(lines: Iterable[Wanted], rate: Callable[[str], Decimal | None]) -> Worth:
    """Add lines up. `rate` says what one unit of a currency is in the base currency, None where nobody knows."""
    parts: dict[Any, Decimal] = {}
    by_line: dict[int, Decimal] = {}
    unpriced, unsorted, unrated = [], [], dict[str, None]()
    for line in lines:
        prices = line.prices or ((line.instead,) if line.instead else ())
        found = _nets(line, prices, rate)
        amount = max(found, default=ZERO)
        if not prices:
            unpriced.append(line.what)
        unrated |= {price.currency: None for price in prices if rate(price.currency) is None}
        if line.category is None:
            unsorted.append(line.what)
        else:
            parts[line.category] = parts.get(line.category, ZERO) + amount
        by_line[line.key] = amount
    total = sum(by_line.values(), ZERO)
    return Worth(total, parts, by_line, tuple(unpriced), tuple(unsorted), tuple(unrated))


def _nets(line: Wanted, prices: Iterable[Price], rate: Callable[[str], Decimal | None]) -> list[Decimal]:
    """What the line's quantity comes to at each price whose currency has a rate."""
    rated = [(price.amount, known) for price in prices if (known := rate(price.currency)) is not None]
    return [cents(line_total(line.quantity, amount) * known) for amount, known in rated]


def shown_lines(tender: Tender) -> list[LotLine]:
    """Its lines with all that pages and sums need of them; asked once for several parts of a page."""
    if not hasattr(tender, "shown_lines"):
        tender.shown_lines = _lines_of(tender)  # type: ignore[attr-defined]
    return tender.shown_lines  # type: ignore[attr-defined]


def _lines_of(tender: Tender) -> list[LotLine]:
    return list(tender.all_lines().select_related("item__category", "demand_line__category"))


def worth_of(tender: Tender, lines: Iterable[LotLine] | None = None) -> Worth:
    """What the tender is about to cost, at today's rates; `lines` where they were read already."""
    known: dict[str, Decimal | None] = {}

    def rate(currency: str) -> Decimal | None:
        if currency not in known:
            try:
                known[currency] = rates.rate(currency, tender.legal_entity.currency, clock.today())
            except InvalidInput:
                known[currency] = None
        return known[currency]

    return value([_wanted(tender, line) for line in (_lines_of(tender) if lines is None else lines)], rate)


def _wanted(tender: Tender, line: LotLine) -> Wanted:
    item, need, prices = line.item, line.demand_line, []
    if line.baseline:
        prices.append(Price(line.baseline, tender.currency))
    if need is not None and need.estimate:
        prices.append(Price(need.estimate, need.currency))
    instead = Price(item.reference_price, item.currency) if item and item.reference_price else None
    category = (item.category if item else None) or (need.category if need else None) or tender.category
    return Wanted(line.pk, str(line), line.quantity, tuple(prices), instead, category)

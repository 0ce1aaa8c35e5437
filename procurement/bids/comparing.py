"""Comparing opened offers: which is best where, what a choice costs. No database.

Lines are compared by the landed price per unit: the net price with the offer's freight shared by value. An offer of the
whole quantity goes before one of a part; equal prices go by the earlier receipt. What an offer leaves out is said, not
guessed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from srm.core.money import cents


@dataclass(frozen=True)
class Need:
    """A line of the tender."""

    id: str
    quantity: Decimal
    baseline: Decimal | None
    need_by: dt.date
    lot: str = ""


@dataclass(frozen=True)
class Quote:
    """An offer's answer to a line; `id` is the offer line's own."""

    id: str
    line: str
    price: Decimal
    quantity: Decimal
    net: Decimal
    landed: Decimal
    deliver_on: dt.date | None = None
    note: str = ""

    @property
    def unit(self) -> Decimal:
        """Landed, for one unit."""
        return self.landed / self.quantity


@dataclass(frozen=True)
class Offered:
    """An opened offer. One that is not admitted is shown and takes no part."""

    id: str
    supplier: str
    received: dt.datetime
    quotes: Mapping[str, Quote]
    admitted: bool = True


@dataclass
class Lane:
    """An offer's column."""

    offer: Offered
    total: Decimal
    missing: int
    partial: int
    wins: int = 0

    @property
    def comparable(self) -> bool:
        """Whether its total stands for everything that is asked for."""
        return self.missing == 0 and self.partial == 0


@dataclass(frozen=True)
class Choice:
    """What a choice comes to.

    `cheapest` is what the same quantities would cost at each line's best price; `baseline` and `compared` are the
    baseline and the choice over those lines that have a baseline.
    """

    total: Decimal
    cheapest: Decimal
    baseline: Decimal
    compared: Decimal
    suppliers: int
    lines: int

    @property
    def extra(self) -> Decimal:
        """What it costs over the cheapest possible."""
        return self.total - self.cheapest

    @property
    def saving(self) -> Decimal:
        """Below the baseline (negative: above)."""
        return self.baseline - self.compared

    @property
    def above(self) -> Decimal:
        """Above the baseline, when it is."""
        return -self.saving

    @property
    def above_part(self) -> Decimal | None:
        """The same as a share of the baseline."""
        return self.above / self.baseline if self.baseline else None

    @property
    def saving_part(self) -> Decimal | None:
        """The same as a share of the baseline."""
        return self.saving / self.baseline if self.baseline else None


@dataclass
class Comparison:
    """Offers side by side."""

    needs: Sequence[Need]
    lanes: Sequence[Lane]
    best: Mapping[str, Quote] = field(default_factory=dict)
    single: Lane | None = None

    @property
    def quotes(self) -> dict[str, tuple[Lane, Quote]]:
        """Every admitted quote by its id."""
        return {
            quote.id: (lane, quote)
            for lane in self.lanes
            if lane.offer.admitted
            for quote in lane.offer.quotes.values()
        }

    def best_per_line(self) -> dict[str, str]:
        """The choice of the best quote of every line."""
        return {line: quote.id for line, quote in self.best.items()}

    def best_single(self) -> dict[str, str]:
        """The choice of the cheapest offer that has everything; nothing when none has."""
        return {line: quote.id for line, quote in self.single.offer.quotes.items()} if self.single else {}

    def judge(self, choice: Mapping[str, str]) -> Choice:
        """What `choice` (line -> quote) comes to.

        Raises:
            KeyError: a quote that does not exist, is not admitted, or answers another line.
        """
        quotes, needs = self.quotes, {need.id: need for need in self.needs}
        total = cheapest = baseline = compared = Decimal(0)
        suppliers = set()
        for line, key in choice.items():
            lane, quote = quotes[key]
            if quote.line != line:
                raise KeyError(line)
            suppliers.add(lane.offer.supplier)
            total += quote.landed
            cheapest += min(cents(self.best[line].unit * quote.quantity), quote.landed)
            if (price := needs[line].baseline) is not None:
                baseline += cents(price * quote.quantity)
                compared += quote.landed
        return Choice(total, cheapest, baseline, compared, len(suppliers), len(choice))


def compare(needs: Sequence[Need], offers: Sequence[Offered]) -> Comparison:
    """Put offers side by side: the cheapest complete one first, those not admitted last."""
    wanted = {need.id: need for need in needs}
    lanes = [_lane(offer, wanted) for offer in offers]
    admitted = [lane for lane in lanes if lane.offer.admitted]
    best = {need.id: quote for need in needs if (quote := _best(need, admitted)) is not None}
    for lane in admitted:
        lane.wins = sum(1 for quote in best.values() if lane.offer.quotes.get(quote.line) is quote)
    complete = [lane for lane in admitted if lane.comparable and needs]
    single = min(complete, key=lambda lane: (lane.total, lane.offer.received), default=None)
    lanes.sort(
        key=lambda lane: (not lane.offer.admitted, not lane.comparable, lane.missing, lane.total, lane.offer.supplier)
    )
    return Comparison(needs, lanes, best, single)


def _lane(offer: Offered, wanted: Mapping[str, Need]) -> Lane:
    quotes = offer.quotes
    partial = sum(1 for line, quote in quotes.items() if quote.quantity < wanted[line].quantity)
    total = sum((quote.landed for quote in quotes.values()), Decimal(0))
    return Lane(offer, total, len(wanted) - len(quotes), partial)


def _best(need: Need, lanes: Sequence[Lane]) -> Quote | None:
    found = [(lane, lane.offer.quotes[need.id]) for lane in lanes if need.id in lane.offer.quotes]
    if not found:
        return None
    return min(found, key=lambda pair: (pair[1].quantity < need.quantity, pair[1].unit, pair[0].offer.received))[1]

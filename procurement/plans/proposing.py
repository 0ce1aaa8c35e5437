"""How much a category needs in a month, of three figures that overlap. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)
Place = tuple[int, int]  # category, month
Figures = Mapping[Place, Decimal]


@dataclass(frozen=True)
class Proposed:
    """A line to be: what was ordered in that month a year before, what is asked for already, what comes regularly."""

    category: int
    month: int
    ordered: Decimal
    asked: Decimal
    recurring: Decimal

    @property
    def amount(self) -> Decimal:
        """The larger of last year's orders and of what is known for this year.

        They are not added up: most of what is asked for this year is what was asked for last year, come round again.
        """
        return max(self.ordered, self.asked + self.recurring)


def proposals(ordered: Figures, asked: Figures, recurring: Figures) -> list[Proposed]:
    """One for each category and month that anything is known of, the earliest first; amounts in one currency."""
    places = sorted({*ordered, *asked, *recurring}, key=lambda place: (place[1], place[0]))
    found = [
        Proposed(category, month, *(figures.get((category, month), ZERO) for figures in (ordered, asked, recurring)))
        for category, month in places
    ]
    return [one for one in found if one.amount > 0]

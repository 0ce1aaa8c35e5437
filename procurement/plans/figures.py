"""The supply map and the comparison of plan and fact. Pure: figures by category and month in, rows out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)
MONTHS = range(1, 13)
SHADES = 5
Place = tuple[int, int]  # category, month


@dataclass(frozen=True)
class Cell:
    """A month of a category. `shade` goes from 0 (nothing) to 5 (the largest of the map)."""

    month: int
    value: Decimal
    shade: int


@dataclass(frozen=True)
class Row:
    """A category over the year."""

    category: int
    cells: Sequence[Cell]
    total: Decimal


@dataclass(frozen=True)
class Map:
    """Rows in the order of their categories, and what the months come to."""

    rows: Sequence[Row]
    months: Sequence[Decimal]
    total: Decimal


def shade(value: Decimal, largest: Decimal) -> int:
    """How dark a cell is: 0 for nothing, else 1 to 5 in equal steps up to the largest."""
    if value <= 0 or largest <= 0:
        return 0
    return min(SHADES, int(value * SHADES / largest) + (1 if value < largest else 0))


def supply_map(values: Mapping[Place, Decimal], order: Sequence[int]) -> Map:
    """The map of `values`; categories in `order`, those without anything left out."""
    largest = max(values.values(), default=ZERO)
    rows = []
    for category in order:
        mine = [values.get((category, month), ZERO) for month in MONTHS]
        if any(mine):
            cells = [Cell(month, value, shade(value, largest)) for month, value in zip(MONTHS, mine, strict=True)]
            rows.append(Row(category, cells, sum(mine, ZERO)))
    months = [sum((row.cells[month - 1].value for row in rows), ZERO) for month in MONTHS]
    return Map(rows, months, sum(months, ZERO))


@dataclass(frozen=True)
class Standing:
    """A category's plan and fact: of the whole year, and up to the month that is running."""

    category: int
    planned: Decimal
    planned_so_far: Decimal
    ordered: Decimal

    @property
    def difference(self) -> Decimal:
        """Ordered above plan; below zero: less was ordered than planned up to now."""
        return self.ordered - self.planned_so_far

    @property
    def share(self) -> Decimal | None:
        """Ordered as a share of what was planned up to now; None where nothing was."""
        return self.ordered / self.planned_so_far if self.planned_so_far else None


def standings(
    planned: Mapping[Place, Decimal], ordered: Mapping[Place, Decimal], order: Sequence[int], upto: int
) -> list[Standing]:
    """Plan and fact of each category that has either. `upto`: the last month that counts (0 before the year begins)."""
    found = []
    for category in order:
        plan = [planned.get((category, month), ZERO) for month in MONTHS]
        fact = sum((ordered.get((category, month), ZERO) for month in MONTHS), ZERO)
        if any(plan) or fact:
            found.append(Standing(category, sum(plan, ZERO), sum(plan[:upto], ZERO), fact))
    return found


@dataclass(frozen=True)
class Planned:
    """A line as lateness looks at it."""

    key: int
    category: int
    month: int
    amount: Decimal


def late(lines: Iterable[Planned], ordered: Mapping[Place, Decimal], over: int) -> list[int]:
    """Keys of the lines whose month is over and that what was ordered of their category does not cover.

    What was ordered in the year so far covers the earliest lines first; a line counts as done when all of it is
    covered, however early or late the order was.

    Args:
        over: the last month that is over (0: none, 12: the year is over).
    """
    left: dict[int, Decimal] = defaultdict(Decimal)
    for (category, _month), amount in ordered.items():
        left[category] += amount
    found = []
    for line in sorted(lines, key=lambda one: (one.month, one.key)):
        covered = min(left[line.category], line.amount)
        left[line.category] -= covered
        if line.month <= over and covered < line.amount:
            found.append(line.key)
    return found

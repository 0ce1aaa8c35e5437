"""Reading budgets for others: which one a need draws on, what it would say, how it is used up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q
from django.db.models.functions import TruncMonth

from srm.budget import words
from srm.budget.models import BudgetEntry, BudgetLine
from srm.budget.words import no_budget
from srm.catalog.models import Category
from srm.core import clock
from srm.core.money import Sum
from srm.people.models import CostCenter

__all__ = ["Month", "Outlook", "burn", "check", "disagreements", "held", "line_for", "no_budget", "outlook"]

WHY = "a need draws on its cost centre's budget, whoever asks"
BUCKETS = ("reserved", "committed", "spent")


@dataclass(frozen=True)
class Outlook:
    """What a budget would say to `amount` more. `line` is None where no budget is set."""

    line: BudgetLine | None
    amount: Decimal
    fits: bool
    stops: bool
    sentence: str


@dataclass(frozen=True)
class Month:
    """How much was reserved, ordered and spent by the end of a month, and what was left of today's amount."""

    month: dt.date
    reserved: Decimal
    committed: Decimal
    spent: Decimal
    left: Decimal


def line_for(cost_center: CostCenter, category: Category | None, year: int) -> BudgetLine | None:
    """The budget a need draws on: that of the nearest category upwards, else the cost centre's general one."""
    place = Q(category=None)
    if category is not None:
        place |= Q(category__path__in=category.ancestor_paths())
    rows = BudgetLine.objects.unscoped(WHY).filter(place, cost_center=cost_center, year=year)
    found = list(rows.select_related("category", "cost_center__owner"))
    return max(found, key=lambda line: len(line.category.path) if line.category else 0, default=None)


def outlook(cost_center: CostCenter, category: Category | None, year: int, amount: Decimal) -> Outlook:
    """What the budget would say to `amount` more, for those who decide; nothing is locked or booked."""
    line = line_for(cost_center, category, year)
    if line is None:
        return Outlook(None, amount, fits=True, stops=False, sentence=no_budget(cost_center, year))
    if amount <= line.left:
        return Outlook(line, amount, fits=True, stops=False, sentence=words.fits(line, amount))
    sentence = words.stopped(line, amount) if line.stops else words.over(line, amount)
    return Outlook(line, amount, fits=False, stops=line.stops, sentence=sentence)


def check(cost_center: CostCenter, category: Category | None, year: int, amount: Decimal) -> str | None:
    """The sentence why `amount` cannot be approved, or None: for guards. Warnings do not count; see `outlook`."""
    found = outlook(cost_center, category, year, amount)
    return found.sentence if found.stops else None


def burn(line: BudgetLine) -> list[Month]:
    """How the budget was used up, month by month of its year, up to the present one."""
    entries = BudgetEntry.objects.unscoped("the line was read for its reader").filter(line=line)
    rows = entries.annotate(month=TruncMonth("at")).order_by().values("month", "bucket").annotate(total=Sum("amount"))
    booked: dict[dt.date, dict[str, Decimal]] = {}
    for row in rows:
        month = max(
            row["month"].date(), dt.date(line.year, 1, 1)
        )  # what was approved the year before counts from January
        booked.setdefault(month, {}).setdefault(row["bucket"], Decimal(0))
        booked[month][row["bucket"]] += row["total"]
    return list(_added_up(line, booked))


def _added_up(line: BudgetLine, booked: dict[dt.date, dict[str, Decimal]]) -> Iterator[Month]:
    """Running sums; months after today are left out, months after the year appear only when something happened."""
    sums = dict.fromkeys(BUCKETS, Decimal(0))
    for month in sorted({*_months_so_far(line.year), *booked}):
        for bucket, amount in booked.get(month, {}).items():
            sums[bucket] += amount
        yield Month(month, **sums, left=line.amount - sum(sums.values()))


def _months_so_far(year: int) -> list[dt.date]:
    today = clock.today()
    months = [dt.date(year, number, 1) for number in range(1, 13)]
    return [month for month in months if month <= today] or months[:1]


def held(where: Q) -> Decimal:
    """The sum of the entries that `where` selects."""
    return BudgetEntry.objects.unscoped(WHY).filter(where).aggregate(total=Sum("amount"))["total"]


def disagreements() -> list[str]:
    """Budget lines whose buckets are not the sums of their entries; empty when the books agree."""
    rows = (
        BudgetEntry.objects.unscoped("checking the books")
        .order_by()
        .values("line", "bucket")
        .annotate(total=Sum("amount"))
    )
    sums = {(row["line"], row["bucket"]): row["total"] for row in rows}
    return [
        f"budget line {line.public_id}: {bucket} is {getattr(line, bucket)}, its entries say {booked}"
        for line in BudgetLine.objects.unscoped("checking the books").iterator(chunk_size=2000)
        for bucket in BUCKETS
        if getattr(line, bucket) != (booked := sums.get((line.pk, bucket), Decimal(0)))
    ]

"""Reading budgets for others: which one a need draws on, what it would say, how it is used up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Min, Q
from django.db.models.functions import TruncMonth

from srm.budget import periods, words
from srm.budget.accounts import Account
from srm.budget.models import BudgetEntry, BudgetLine, Period
from srm.budget.periods import Spans
from srm.core import clock
from srm.core.money import Sum
from srm.people.models import CostCenter, LegalEntity

__all__ = [
    "Account", "Month", "Outlook", "burn", "check", "disagreements", "held", "line_for", "lines_for", "outlook",
    "outlook_on", "reserves", "stops_somewhere", "with_reserve",
]  # fmt: skip

WHY = "a need draws on its cost centre's budget, whoever asks"
BUCKETS = ("reserved", "committed", "spent")
GRANTED = "granted"


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
    """The budget's amount at the end of a month, how much was reserved, ordered and spent by then, and what was left."""

    month: dt.date
    reserved: Decimal
    committed: Decimal
    spent: Decimal
    amount: Decimal

    @property
    def left(self) -> Decimal:
        """Of the amount as it was then; below zero where the budget was exceeded."""
        return self.amount - self.reserved - self.committed - self.spent


def line_for(account: Account, spans: Spans | None = None) -> BudgetLine | None:
    """The budget a need draws on; None where none is set."""
    return lines_for([account], spans)[account.key]


def lines_for(accounts: Iterable[Account], spans: Spans | None = None) -> dict[tuple, BudgetLine | None]:
    """For each account's key the budget it draws on, in two queries; `spans` are closed periods read before.

    It is that of the nearest category upwards, else the cost centre's general one; of a month, a quarter and the year
    the shortest. What is needed in a closed period draws on the next open one.
    """
    wanted = {account.key: account for account in accounts}
    if not wanted:
        return {}
    spans = periods.closed_spans() if spans is None else spans
    wanted = {
        key: late.account if (late := periods.lateness(one, spans)) else one for key, one in wanted.items()
    }  # fmt: skip
    rows = BudgetLine.objects.unscoped(WHY).filter(
        cost_center__in={account.cost_center.pk for account in wanted.values()},
        year__in={account.day.year for account in wanted.values()},
    )  # fmt: skip
    lines = list(rows.select_related("category", "cost_center__owner"))
    return {
        key: max((line for line in lines if _serves(line, account)), key=_nearness, default=None)
        for key, account in wanted.items()
    }


def _serves(line: BudgetLine, account: Account) -> bool:
    return (
        (line.cost_center_id, line.year) == (account.cost_center.pk, account.day.year)
        and line.period in Period.around(account.day)
        and (line.category is None or (account.category is not None and account.category.path.startswith(line.category.path)))
    )  # fmt: skip


def _nearness(line: BudgetLine) -> tuple[int, int]:
    return len(line.category.path) if line.category else 0, -Period(line.period).length


def outlook(account: Account, amount: Decimal) -> Outlook:
    """What the budget would say to `amount` more, for those who decide; nothing is locked or booked."""
    spans = periods.closed_spans()
    return outlook_on(line_for(account, spans), account, amount, spans)


def outlook_on(line: BudgetLine | None, account: Account, amount: Decimal, spans: Spans | None = None) -> Outlook:
    """The same where the budget was looked up already. A need of a closed period is told where it counts."""
    late = periods.lateness(account, periods.closed_spans() if spans is None else spans)
    found = _outlook_on(line, late.account if late else account, amount)
    return replace(found, sentence=f"{words.counts_later(late)} {found.sentence}") if late else found


def _outlook_on(line: BudgetLine | None, account: Account, amount: Decimal) -> Outlook:
    if line is None:
        if account.stops and amount:
            return Outlook(None, amount, fits=False, stops=True, sentence=words.missing(account))
        return Outlook(None, amount, fits=True, stops=False, sentence=words.no_budget(account))
    if amount <= line.left:
        return Outlook(line, amount, fits=True, stops=False, sentence=words.fits(line, amount))
    sentence = words.stopped(line, amount) if line.stops else words.over(line, amount)
    return Outlook(line, amount, fits=False, stops=line.stops, sentence=sentence)


def check(account: Account, amount: Decimal) -> str | None:
    """The sentence why `amount` cannot be approved, or None: for guards. Warnings do not count; see `outlook`."""
    found = outlook(account, amount)
    return found.sentence if found.stops else None


def stops_somewhere(entity: LegalEntity) -> bool:
    """Whether any cost centre of the firm stops, so that everything bought has to name one."""
    rows = CostCenter.objects.filter(department__legal_entity=entity, is_active=True)
    return rows.filter(budget_policy=CostCenter.BudgetPolicy.STOP).exists()


def burn(line: BudgetLine) -> list[Month]:
    """How the budget was used up, month by month of its period, up to the present one."""
    entries = BudgetEntry.objects.unscoped("the line was read for its reader").filter(line=line)
    rows = entries.annotate(month=TruncMonth("at")).order_by().values("month", "bucket").annotate(total=Sum("amount"))
    booked: dict[dt.date, dict[str, Decimal]] = {}
    for row in rows:
        month = max(row["month"].date(), line.starts_on)  # what was approved before counts from its first month
        booked.setdefault(month, {}).setdefault(row["bucket"], Decimal(0))
        booked[month][row["bucket"]] += row["total"]
    return list(_added_up(line, booked))


def _added_up(line: BudgetLine, booked: dict[dt.date, dict[str, Decimal]]) -> Iterator[Month]:
    """Running sums; months after today are left out, months after the period appear only when something happened."""
    sums = dict.fromkeys(BUCKETS, Decimal(0))
    # What the amount was before any transfer: transfers are entries, the first amount is none.
    amount = line.amount - sum((one.get(GRANTED, Decimal(0)) for one in booked.values()), Decimal(0))
    for month in sorted({*_months_so_far(line), *booked}):
        for bucket, value in booked.get(month, {}).items():
            if bucket == GRANTED:
                amount += value
            else:
                sums[bucket] += value
        yield Month(month, **sums, amount=amount)


def _months_so_far(line: BudgetLine) -> list[dt.date]:
    today, (first, last) = clock.today(), Period(line.period).months
    months = [dt.date(line.year, number, 1) for number in range(first, last + 1)]
    return [month for month in months if month <= today] or months[:1]


def held(where: Q) -> Decimal:
    """The sum of the entries that `where` selects."""
    return BudgetEntry.objects.unscoped(WHY).filter(where).aggregate(total=Sum("amount"))["total"]


def reserves(needs: Iterable[str]) -> dict[str, tuple[Decimal, int]]:
    """By need (public id of a line) what is reserved for it, and the key of the budget that would pay more of it."""
    rows = BudgetEntry.objects.unscoped(WHY).filter(request_line_id__in=list(needs), bucket="reserved").order_by()
    sums = rows.values("request_line_id", "line_id").annotate(first=Min("pk"), total=Sum("amount"))
    found: dict[str, tuple[Decimal, int]] = {}
    for row in sorted(sums, key=lambda row: row["first"]):
        if row["total"] > 0:
            before = found.get(row["request_line_id"], (Decimal(0), 0))[0]
            found[row["request_line_id"]] = before + row["total"], row["line_id"]
    return found


def with_reserve(needs: Iterable[str]) -> set[str]:
    """Those of the needs (public ids of lines) for which something is still reserved."""
    rows = BudgetEntry.objects.unscoped(WHY).filter(request_line_id__in=list(needs), bucket="reserved")
    sums = rows.order_by().values("request_line_id").annotate(total=Sum("amount"))
    return {row["request_line_id"] for row in sums if row["total"] > 0}


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

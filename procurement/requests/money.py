"""The money side of a request: whose budget pays, what is spoken for, what this request takes of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from procurement.requests.checks import Need
from procurement.requests.models import PurchaseRequest, RequestLine
from srm.budget import words
from srm.budget.models import BudgetEntry, BudgetLine
from srm.budget.selectors import Outlook
from srm.people.models import CostCenter

READ = "the requester reads the budget his request draws on"
ZERO = Decimal(0)


@dataclass(frozen=True)
class Share:
    """One budget, or a cost centre without one, and what the request wants of it and holds there."""

    cost_center: CostCenter
    year: int
    asked: Decimal
    outlook: Outlook
    held: dict[str, Decimal]

    @property
    def line(self) -> BudgetLine | None:
        return self.outlook.line

    def per_cent(self, part: Decimal) -> int:
        """`part` of the budget, for the bar."""
        return min(100, round(part / self.line.amount * 100)) if self.line and self.line.amount else 0

    @property
    def spent_share(self) -> int:
        return self.per_cent(self.line.spent) if self.line else 0

    @property
    def spoken_share(self) -> int:
        """Ordered and reserved, on top of what is spent."""
        return min(100 - self.spent_share, self.per_cent(self.line.reserved + self.line.committed)) if self.line else 0

    @property
    def rest(self) -> Decimal:
        """What of this request is still to be ordered."""
        return self.held.get("reserved", ZERO)


def shares_of(request: PurchaseRequest, lines: Sequence[RequestLine]) -> list[Share]:
    """The request's money by budget; what is already held there is not asked for again."""
    held: dict[str, dict[str, Decimal]] = defaultdict(dict)
    entries = BudgetEntry.objects.unscoped(READ).filter(request_line_id__in=[line.public_id for line in lines])
    for line_id, bucket, total in entries.order_by().values_list("request_line_id", "bucket").annotate(Sum("amount")):
        held[line_id][bucket] = total
    waiting = [line for line in lines if line.state in {"draft", "submitted", "returned"}]
    booked = [line for line in lines if line.public_id in held]
    return _shares([Need.of(line) for line in waiting], booked, held)


def shares_wanted(needs: Iterable[Need]) -> list[Share]:
    """The same for needs that are only typed."""
    return _shares(list(needs), [], {})


def _shares(needs: list[Need], booked: list[RequestLine], held: dict[str, dict[str, Decimal]]) -> list[Share]:
    asked: dict[tuple, Decimal] = defaultdict(lambda: ZERO)
    seen: dict[tuple, tuple] = {}
    wanted: list[Need | RequestLine] = [*needs, *booked]
    for one in wanted:
        if one.cost_center is None or one.need_by is None:
            continue
        key = (one.cost_center.pk, one.category.pk if one.category else None, one.need_by.year)
        seen[key] = (one.cost_center, one.category, one.need_by.year)
        asked[key] += one.amount if isinstance(one, Need) else ZERO
    # Several categories may draw on one budget: they are asked for together.
    merged: dict[tuple, list[tuple]] = defaultdict(list)
    lines = _lines_for(seen)
    for key, (center, _category, year) in seen.items():
        merged[(center.pk, year, getattr(lines[key], "pk", None))].append(key)
    shares = []
    for keys in merged.values():
        center, _category, year = seen[keys[0]]
        total = sum((asked[key] for key in keys), ZERO)
        mine = _sums(held[line.public_id] for line in booked if _keyed(line) in keys)
        shares.append(Share(center, year, total, _outlook(lines[keys[0]], center, year, total), mine))
    return sorted(shares, key=lambda share: share.cost_center.code)


def _lines_for(seen: dict[tuple, tuple]) -> dict[tuple, BudgetLine | None]:
    """For each need's key the budget it draws on, as `budget.selectors.line_for` chooses it, in one query."""
    rows = BudgetLine.objects.unscoped(READ).filter(
        cost_center__in={center.pk for center, _category, _year in seen.values()},
        year__in={year for _center, _category, year in seen.values()},
    )  # fmt: skip
    lines = list(rows.select_related("category", "cost_center__owner"))
    found: dict[tuple, BudgetLine | None] = {}
    for key, (center, category, year) in seen.items():
        fitting = [
            line
            for line in lines
            if (line.cost_center_id, line.year) == (center.pk, year)
            and (line.category is None or (category is not None and category.path.startswith(line.category.path)))
        ]
        found[key] = max(fitting, key=lambda line: len(line.category.path) if line.category else 0, default=None)
    return found


def _outlook(line: BudgetLine | None, center: CostCenter, year: int, amount: Decimal) -> Outlook:
    """What the budget would say; the sentences are its own."""
    if line is None:
        return Outlook(None, amount, fits=True, stops=False, sentence=words.no_budget(center, year))
    if amount <= line.left:
        return Outlook(line, amount, fits=True, stops=False, sentence=words.fits(line, amount))
    return Outlook(
        line, amount, fits=False, stops=line.stops,
        sentence=words.stopped(line, amount) if line.stops else words.over(line, amount),
    )  # fmt: skip


def _keyed(line: RequestLine) -> tuple:
    return (line.cost_center_id, line.category_id, line.need_by.year)


def _sums(buckets: Iterable[dict[str, Decimal]]) -> dict[str, Decimal]:
    total: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for one in buckets:
        for bucket, amount in one.items():
            total[bucket] += amount
    return dict(total)

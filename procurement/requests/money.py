"""The money side of a request: whose budget pays, what is spoken for, what this request takes of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Sum

from procurement.requests.checks import Need
from procurement.requests.models import PurchaseRequest, RequestLine
from procurement.requests.selectors import whole_lines
from srm.budget import selectors
from srm.budget.accounts import Account
from srm.budget.asking import ask_url
from srm.budget.models import BudgetEntry, BudgetLine
from srm.budget.periods import closed_spans
from srm.budget.selectors import Outlook
from srm.core.actor import Actor
from srm.people.models import CostCenter

READ = "the requester reads the budget his request draws on"
ZERO = Decimal(0)


@dataclass(frozen=True)
class Share:
    """One budget, or a cost centre without one, and what the request wants of it and holds there.

    `ask` is where its reader asks for what is missing, if he may.
    """

    account: Account
    asked: Decimal
    outlook: Outlook
    held: dict[str, Decimal]
    ask: str = ""

    @property
    def cost_center(self) -> CostCenter:
        return self.account.cost_center

    @property
    def span(self) -> str:
        """The budget's period, or the year that has none."""
        return self.line.span if self.line else str(self.account.day.year)

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


def shown_shares(request: PurchaseRequest) -> list[Share]:
    """`shares_of` for pages: read once, kept on the request, for several parts of a page show it."""
    if not hasattr(request, "shown_shares"):
        request.shown_shares = shares_of(request, whole_lines(request))  # type: ignore[attr-defined]
    return request.shown_shares  # type: ignore[attr-defined]


def with_way_out(shares: Iterable[Share], actor: Actor, request: PurchaseRequest) -> list[Share]:
    """The same, with the way to ask for more where there is too little."""
    reason = f"{request.number or request._meta.verbose_name}: {request.title}"
    return [replace(share, ask=ask_url(share.outlook, actor, reason=reason)) for share in shares]


def shares_wanted(needs: Iterable[Need]) -> list[Share]:
    """The same for needs that are only typed."""
    return _shares(list(needs), [], {})


def _shares(needs: list[Need], booked: list[RequestLine], held: dict[str, dict[str, Decimal]]) -> list[Share]:
    asked: dict[tuple, Decimal] = defaultdict(lambda: ZERO)
    seen: dict[tuple, Account] = {}
    for need in needs:
        if (account := need.account) is not None:
            seen[account.key] = account
            asked[account.key] += need.amount
    seen |= {line.account.key: line.account for line in booked}
    # Several categories and months may draw on one budget: they are asked for together.
    spans = closed_spans() if needs else {}  # what is booked stays where it is
    lines = selectors.lines_for(seen.values(), spans)
    merged: dict[tuple, list[tuple]] = defaultdict(list)
    for key, account in seen.items():
        merged[(account.cost_center.pk, account.day.year, getattr(lines[key], "pk", None))].append(key)
    shares = []
    for keys in merged.values():
        account, line = seen[keys[0]], lines[keys[0]]
        total = sum((asked[key] for key in keys), ZERO)
        mine = _sums(held[row.public_id] for row in booked if row.account.key in keys)
        shares.append(Share(account, total, selectors.outlook_on(line, account, total, spans), mine))
    return sorted(shares, key=lambda share: share.cost_center.code)


def _sums(buckets: Iterable[dict[str, Decimal]]) -> dict[str, Decimal]:
    total: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for one in buckets:
        for bucket, amount in one.items():
            total[bucket] += amount
    return dict(total)

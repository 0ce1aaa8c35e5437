"""The books themselves: rows under lock, entries with their sums, and who is told when a budget runs low.

Every entry of the room is written by `book`, which lets nothing into a closed period.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db.models import Min, Model, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.audit import services as audit
from srm.budget import periods, selectors
from srm.budget.models import BudgetEntry, BudgetLine
from srm.budget.words import closed, over, stopped, too_little
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, RuleBroken
from srm.core.fields import MAX_AMOUNT
from srm.core.money import Sum
from srm.core.quantities import clean_amount
from srm.flow.origin import named
from srm.notify.services import tell
from srm.notify.values import Money
from srm.ui.links import url_of

WHY = "a rule applies to who does not see the budget, too"
Bucket = BudgetEntry.Bucket
LOW = "budget.low"
# Per cent of a budget at which its owner is told.
LIMITS = (80, 100)


def locked(pk: int) -> BudgetLine:
    """A budget, locked until the transaction ends."""
    rows = BudgetLine.objects.unscoped(WHY).select_related("cost_center__owner", "category")
    return rows.select_for_update(of=("self",)).get(pk=pk)


def lines_of(request_line_id: str) -> list[BudgetLine]:
    """The budget lines on which a request line has anything, locked, in the order in which it came to them."""
    entries = BudgetEntry.objects.unscoped(WHY).filter(request_line_id=request_line_id).order_by()
    sums = entries.values("line_id").annotate(first=Min("pk"), total=Sum("amount"))
    keys = [row["line_id"] for row in sorted(sums, key=lambda row: row["first"]) if row["total"] > 0]
    found = {key: locked(key) for key in sorted(keys)}
    return [found[key] for key in keys]


def open_lines_of(request_line_id: str) -> list[BudgetLine]:
    """The same without those whose period is closed: what came of them stays as it is."""
    lines = lines_of(request_line_id)
    spans = periods.closed_spans() if lines else {}
    return [line for line in lines if not periods.is_closed(line, spans)]


def held(line: BudgetLine, bucket: str, request_line_id: str) -> Decimal:
    """What a request line has in one bucket of a locked line."""
    return selectors.held(Q(line=line, bucket=bucket, request_line_id=request_line_id))


def book(
    line: BudgetLine, bucket: str, amount: Decimal, request_line_id: str, document: Model | None, actor: Actor,
    late_for: dt.date | None = None,
) -> None:  # fmt: skip
    """One entry and the bucket's sum, together.

    Raises:
        RuleBroken: the budget's period is closed.
    """
    if periods.is_closed(line, periods.closed_spans()):
        raise RuleBroken([closed(line)])
    name = "amount" if bucket == Bucket.GRANTED else str(bucket)
    setattr(line, name, getattr(line, name) + amount)
    entry = BudgetEntry.objects.unscoped(WHY).create(
        line=line, bucket=bucket, amount=amount, request_line_id=request_line_id, late_for=late_for, **named(document)
    )
    line.save(update_fields=[name])
    # The entry is its own subject: the history of a budget tells who set it, its entries tell what it went to.
    audit.record(
        actor=actor, verb="created", subject=entry,
        changes={"line": line.public_id, "bucket": str(bucket), "amount": amount, "request_line": request_line_id},
    )  # fmt: skip


def grant(line: BudgetLine, amount: Decimal, document: Model, actor: Actor) -> None:
    """More money (or less) on a locked line, with the document that decided it; its owner is warned anew.

    Raises:
        RuleBroken: less, and not so much is left; or the period is closed.
    """
    if amount < 0 and line.left < -amount:
        raise RuleBroken([too_little(line, -amount)])
    if line.amount + amount > MAX_AMOUNT:
        raise InvalidInput({"amount": _("This is more money than a budget can count.")})
    before = line.amount
    book(line, Bucket.GRANTED, amount, "", document, actor)
    line.version += 1
    line.told = 0 if amount > 0 else line.told
    line.save(update_fields=["version", "told"])
    audit.record(
        actor=actor, verb="changed", subject=line, changes={"amount": [before, line.amount]}, reason=str(document)
    )


def room_for(line: BudgetLine, amount: Decimal) -> list[str]:
    """Sentences of warning when `amount` more goes beyond the locked `line`.

    Raises:
        RuleBroken: the line stops.
    """
    if amount <= line.left:
        return []
    if line.used + amount > MAX_AMOUNT:
        raise InvalidInput({"amount": _("This is more money than a budget can count.")})
    if line.stops:
        raise RuleBroken([stopped(line, amount)])
    return [over(line, amount)]


def clean(value: Decimal) -> Decimal:
    """An amount as it was given, checked."""
    try:
        return clean_amount(Decimal(value)) or Decimal(0)
    except InvalidInput as fault:
        raise InvalidInput({"amount": fault.errors["__all__"]}) from fault


def tell_owner(line: BudgetLine, grown: Decimal, actor: Actor) -> None:
    """The owner hears of each limit once: when a booking carries the budget over it. A raised budget begins anew."""
    reached = max((limit for limit in LIMITS if line.amount and line.used * 100 >= line.amount * limit), default=0)
    if not grown or reached <= line.told:
        return
    line.told = reached
    line.save(update_fields=["told"])
    tell(
        [line.cost_center.owner], kind=LOW, actor=actor, url=url_of(line) or "",
        subject=gettext_lazy("Budget {budget}: {left} left"), values={"budget": str(line), "left": Money(line.left, line.currency)},
        body=gettext_lazy("Of {amount}, {used} are reserved, ordered or spent."),
    )  # fmt: skip

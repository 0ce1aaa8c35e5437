"""Writing budgets: lines, and the money that moves through their buckets.

A budget line's row is locked before it is judged, so that of two requests for the last euro one gets it and the other
the sentence. What a request line has reserved stays on the budget line where it was reserved, even when a narrower
budget is made later. A line that stops is never pushed further over its amount, whichever way the money comes: by a
reservation, by an award or an order dearer than reserved, or by a delivery dearer than ordered. Where a cost centre
stops and has no budget, nothing goes through at all: an empty account is a fault, not a way round.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Min, Model, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.audit import services as audit
from srm.budget import selectors
from srm.budget.accounts import Account
from srm.budget.models import BudgetEntry, BudgetLine, centers_of, sees_all
from srm.budget.words import missing, no_budget, over, stopped
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.core.fields import MAX_AMOUNT
from srm.core.money import Sum
from srm.core.quantities import clean_amount
from srm.flow import records
from srm.flow.origin import named
from srm.notify.services import tell
from srm.notify.values import Money
from srm.people.models import CostCenter
from srm.ui.links import url_of

WHY = "a rule applies to who does not see the budget, too"
Bucket = BudgetEntry.Bucket
LOW = "budget.low"
# Per cent of a budget at which its owner is told.
LIMITS = (80, 100)
_FIXED = ("cost_center", "category", "year", "period", "currency")


# -- lines -------------------------------------------------------------------


def create_line(*, actor: Actor, cost_center: CostCenter, year: int, amount: Decimal, **fields: Any) -> BudgetLine:
    """A budget of a cost centre for a period, for one category's tree or for everything else.

    Raises:
        InvalidInput: sentences by field. NotAllowed: the cost centre is not the actor's.
    """
    _require_own(cost_center, actor)
    fields.setdefault("currency", cost_center.department.legal_entity.currency)
    return records.create(BudgetLine, actor=actor, cost_center=cost_center, year=year, amount=amount, **fields)


def update_line(line: BudgetLine, *, actor: Actor, version: int | None = None, **changes: Any) -> BudgetLine:
    """`line` with `changes`. Once something was booked on it, only its amount changes.

    A budget may be cut below what is already spoken for: from then on nothing more goes through.

    Raises:
        InvalidInput: sentences by field. NotAllowed: the cost centre is not the actor's.
        Stale: somebody changed it since `version`.
    """
    locked = records.locked_row(line, version=version)
    _require_own(locked.cost_center, actor)
    moved = [name for name in _FIXED if changes.get(name, getattr(locked, name)) != getattr(locked, name)]
    if moved and BudgetEntry.objects.unscoped(WHY).filter(line=locked).exists():
        sentence = _("Something is already booked on this budget. Only its amount can change.")
        raise InvalidInput(dict.fromkeys(moved, sentence))
    if "cost_center" in moved:
        _require_own(changes["cost_center"], actor)
    if changes.get("amount", locked.amount) > locked.amount:
        changes["told"] = 0
    return records.update(locked, actor=actor, **changes)


def _require_own(cost_center: CostCenter, actor: Actor) -> None:
    """Finance sets every budget, an owner those of his own cost centres."""
    if not sees_all(actor) and not centers_of(actor).filter(pk=cost_center.pk).exists():
        raise NotAllowed(_("This cost centre is not yours. Its owner or the finance department sets its budget."))


# -- money -------------------------------------------------------------------


def reserve(
    *, actor: Actor, account: Account, amount: Decimal, request_line_id: str, document: Model | None
) -> list[str]:
    """Keep `amount` (base currency) for an approved request line; sentences of warning, none when all is well.

    The budget of the nearest category upwards is asked, then the cost centre's general one. Where the cost centre only
    warns and has no budget, nothing is reserved, which is one of the warnings.

    Raises:
        RuleBroken: the cost centre stops, and there is no budget, or this would go beyond it.
    """
    amount = _amount(amount)
    if not amount:
        return []
    line = _line_of(account)
    if line is None:
        return [no_budget(account)]
    warnings = _room_for(line, amount)
    _book(line, Bucket.RESERVED, amount, request_line_id, document, actor)
    _tell_owner(line, amount, actor)
    return warnings


def hold(
    *, actor: Actor, account: Account, amount: Decimal, request_line_id: str, document: Model | None, grow: bool = True
) -> list[str]:
    """Make what a request line has reserved exactly `amount`: an award costs more or less than was thought.

    With `grow` false it is only lowered. Sentences of warning as in `reserve`.

    Raises:
        RuleBroken: more is needed, and the cost centre stops.
    """
    amount = _amount(amount)
    lines = _lines_of(request_line_id)
    held = sum((_held(line, Bucket.RESERVED, request_line_id) for line in lines), Decimal(0))
    if amount < held:
        release(actor=actor, request_line_id=request_line_id, document=document, amount=held - amount)
    if amount <= held or not grow:
        return []
    if not lines:
        return reserve(actor=actor, account=account, amount=amount, request_line_id=request_line_id, document=document)
    warnings = _room_for(lines[-1], amount - held)
    _book(lines[-1], Bucket.RESERVED, amount - held, request_line_id, document, actor)
    _tell_owner(lines[-1], amount - held, actor)
    return warnings


def commit(
    *, actor: Actor, account: Account, amount: Decimal, request_line_id: str, document: Model | None
) -> list[str]:
    """An order was sent: `amount` becomes ordered, up to that much of the line's reservation is released.

    Sentences of warning as in `reserve`. For what nothing was reserved (nobody knew a price, or there was no budget
    then), the account's budget is asked now.

    Raises:
        RuleBroken: the order is dearer than what was reserved, and the cost centre stops.
    """
    return _advance(Bucket.RESERVED, Bucket.COMMITTED, account, request_line_id, amount, document, actor)


def spend(
    *, actor: Actor, account: Account, amount: Decimal, request_line_id: str, document: Model | None
) -> list[str]:
    """Goods came: `amount` becomes spent, up to that much of what was ordered is released. As `commit` otherwise."""
    return _advance(Bucket.COMMITTED, Bucket.SPENT, account, request_line_id, amount, document, actor)


def uncommit(*, actor: Actor, request_line_id: str, amount: Decimal, document: Model | None) -> Decimal:
    """An order was cancelled, the need remains: up to `amount` goes from ordered back to reserved; how much did."""
    return _step_back(Bucket.COMMITTED, Bucket.RESERVED, request_line_id, amount, document, actor)


def unspend(*, actor: Actor, request_line_id: str, amount: Decimal, document: Model | None) -> Decimal:
    """A receipt was reversed: up to `amount` goes from spent back to ordered; how much did."""
    return _step_back(Bucket.SPENT, Bucket.COMMITTED, request_line_id, amount, document, actor)


def release(
    *,
    actor: Actor,
    request_line_id: str,
    document: Model | None,
    bucket: str = "reserved",
    amount: Decimal | None = None,
) -> Decimal:
    """Give back what a request line holds in `bucket`, all of it or up to `amount`; how much was given back."""
    rest = MAX_AMOUNT if amount is None else _amount(amount)
    given = Decimal(0)
    for line in _lines_of(request_line_id):
        part = min(_held(line, Bucket(bucket), request_line_id), rest - given)
        if part > 0:
            _book(line, Bucket(bucket), -part, request_line_id, document, actor)
            given += part
    return given


# -- inside ------------------------------------------------------------------


def _advance(
    source: str, target: str, account: Account, request_line_id: str, amount: Decimal, document: Model | None, actor: Actor
) -> list[str]:  # fmt: skip
    """Move money one bucket on; what goes beyond the bucket before must find room on the line.

    Judged before anything is booked: moving along does not change what is left, going beyond does.
    """
    rest, parts = _amount(amount), []
    for line in _lines_of(request_line_id):
        part = min(_held(line, source, request_line_id), rest)
        parts.append((line, part))
        rest -= part
    if not parts:
        found = _line_of(account) if rest else None
        if found is None:
            return [no_budget(account)] if rest else []
        parts = [(found, Decimal(0))]
    last = parts[-1][0]
    warnings = _room_for(last, rest) if rest else []
    for line, part in parts:
        if part:
            _book(line, source, -part, request_line_id, document, actor)
        grown = part + (rest if line is last else 0)
        if grown:
            _book(line, target, grown, request_line_id, document, actor)
    _tell_owner(last, rest, actor)
    return warnings


def _line_of(account: Account) -> BudgetLine | None:
    """The account's budget, locked; None where there is none and its cost centre lets that pass.

    Raises:
        RuleBroken: there is none, and the cost centre stops.
    """
    found = selectors.line_for(account)
    if found is not None:
        return _locked(found.pk)
    if account.stops:
        raise RuleBroken([missing(account)])
    return None


def _step_back(
    source: str, target: str, request_line_id: str, amount: Decimal, document: Model | None, actor: Actor
) -> Decimal:
    """Move money one bucket back, as much as is there. Nothing grows, so nothing is asked."""
    rest, moved = _amount(amount), Decimal(0)
    for line in _lines_of(request_line_id):
        part = min(_held(line, source, request_line_id), rest - moved)
        if part > 0:
            _book(line, source, -part, request_line_id, document, actor)
            _book(line, target, part, request_line_id, document, actor)
            moved += part
    return moved


def _room_for(line: BudgetLine, amount: Decimal) -> list[str]:
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


def _locked(pk: int) -> BudgetLine:
    rows = BudgetLine.objects.unscoped(WHY).select_related("cost_center__owner", "category")
    return rows.select_for_update(of=("self",)).get(pk=pk)


def _lines_of(request_line_id: str) -> list[BudgetLine]:
    """The budget lines on which a request line has anything, locked, in the order in which it came to them."""
    entries = BudgetEntry.objects.unscoped(WHY).filter(request_line_id=request_line_id).order_by()
    sums = entries.values("line_id").annotate(first=Min("pk"), total=Sum("amount"))
    keys = [row["line_id"] for row in sorted(sums, key=lambda row: row["first"]) if row["total"] > 0]
    locked = {key: _locked(key) for key in sorted(keys)}
    return [locked[key] for key in keys]


def _held(line: BudgetLine, bucket: str, request_line_id: str) -> Decimal:
    """What a request line has in one bucket of a locked line."""
    return selectors.held(Q(line=line, bucket=bucket, request_line_id=request_line_id))


def _book(
    line: BudgetLine, bucket: str, amount: Decimal, request_line_id: str, document: Model | None, actor: Actor
) -> None:
    """One entry and the bucket's sum, together."""
    setattr(line, bucket, getattr(line, bucket) + amount)
    entry = BudgetEntry.objects.unscoped(WHY).create(
        line=line, bucket=bucket, amount=amount, request_line_id=request_line_id, **named(document)
    )
    line.save(update_fields=[str(bucket)])
    # The entry is its own subject: the history of a budget tells who set it, its entries tell what it went to.
    audit.record(
        actor=actor, verb="created", subject=entry,
        changes={"line": line.public_id, "bucket": str(bucket), "amount": amount, "request_line": request_line_id},
    )  # fmt: skip


def _amount(value: Decimal) -> Decimal:
    try:
        return clean_amount(Decimal(value)) or Decimal(0)
    except InvalidInput as fault:
        raise InvalidInput({"amount": fault.errors["__all__"]}) from fault


def _tell_owner(line: BudgetLine, grown: Decimal, actor: Actor) -> None:
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

"""Writing budgets: lines, and the money that moves through their buckets.

A budget line's row is locked before it is judged, so that of two requests for the last euro one gets it and the other
the sentence. What a request line has reserved stays on the budget line where it was reserved, even when a narrower
budget is made later. A line that stops is never pushed further over its amount, whichever way the money comes: by a
reservation, by an award or an order dearer than reserved, or by a delivery dearer than ordered. Where a cost centre
stops and has no budget, nothing goes through at all: an empty account is a fault, not a way round.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from srm.budget import books, periods, selectors
from srm.budget.accounts import Account
from srm.budget.books import WHY, Bucket
from srm.budget.books import locked as _locked
from srm.budget.models import BudgetEntry, BudgetLine, Period, centers_of, is_finance, sees_all
from srm.budget.periods import Lateness
from srm.budget.words import begun, closed, counts_later, missing, no_budget
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.core.fields import MAX_AMOUNT
from srm.flow import records
from srm.people.models import CostCenter

_FIXED = ("cost_center", "category", "year", "period", "currency")


# -- lines -------------------------------------------------------------------


def create_line(*, actor: Actor, cost_center: CostCenter, year: int, amount: Decimal, **fields: Any) -> BudgetLine:
    """A budget of a cost centre for a period, for one category's tree or for everything else.

    Once its period has begun, only the finance department makes it with an amount; an owner makes it with nothing on it
    and asks for new money or a transfer.

    Raises:
        InvalidInput: sentences by field. NotAllowed: the cost centre is not the actor's.
    """
    _require_own(cost_center, actor)
    fields.setdefault("currency", cost_center.department.legal_entity.currency)
    _require_open(
        BudgetLine(cost_center=cost_center, year=year, period=fields.get("period") or Period.YEAR), amount, actor
    )
    return records.create(BudgetLine, actor=actor, cost_center=cost_center, year=year, amount=amount, **fields)


def update_line(line: BudgetLine, *, actor: Actor, version: int | None = None, **changes: Any) -> BudgetLine:
    """`line` with `changes`. Once something was booked on it, only its amount changes.

    Once its period has begun, the amount changes by an approved transfer, new money or a cut, and in no other way. Before
    that, it may be cut below what is already spoken for: from then on nothing more goes through.

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
    _refuse_by_hand(locked, changes, actor)
    if changes.get("amount", locked.amount) > locked.amount:
        changes["told"] = 0
    return records.update(locked, actor=actor, **changes)


def _require_own(cost_center: CostCenter, actor: Actor) -> None:
    """Finance sets every budget, an owner those of his own cost centres."""
    if not sees_all(actor) and not centers_of(actor).filter(pk=cost_center.pk).exists():
        raise NotAllowed(_("This cost centre is not yours. Its owner or the finance department sets its budget."))


def _require_open(line: BudgetLine, amount: Decimal, actor: Actor) -> None:
    """A new budget begins in an open period, and an owner gives himself nothing once it has begun."""
    if periods.is_closed(line, periods.closed_spans()):
        raise InvalidInput({"period": closed(line)})
    if amount and line.has_begun and not is_finance(actor):
        raise InvalidInput({"amount": begun(line)})


def _refuse_by_hand(line: BudgetLine, changes: dict[str, Any], actor: Actor) -> None:
    """Nobody changes the amount of a budget whose period has begun, nor moves a budget into such a period."""
    if actor.kind == "system":
        return
    names = ("amount", "cost_center", "category", "year", "period")
    new = BudgetLine(**{name: changes.get(name, getattr(line, name)) for name in names})
    if new.amount != line.amount and line.has_begun:
        raise InvalidInput({"amount": begun(line)})
    _require_open(new, new.amount if new.span != line.span or new.amount != line.amount else Decimal(0), actor)


def shift(
    giver: BudgetLine | None, receiver: BudgetLine | None, amount: Decimal, *, document: Model, actor: Actor
) -> None:
    """Move `amount` from one budget to another; without a giver it is new money, without a receiver it is taken away.

    Raises:
        RuleBroken: the giver has less left than that, or a period is closed.
    """
    both = {line.pk: -amount if line is giver else amount for line in (giver, receiver) if line is not None}
    lines = {pk: _locked(pk) for pk in sorted(both)}
    for pk in sorted(lines, key=lambda pk: both[pk]):  # the giver first: its refusal is the one that matters
        books.grant(lines[pk], both[pk], document, actor)


# -- money -------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """The budget that pays, locked; `late` where the need belongs to a period that is closed."""

    line: BudgetLine
    late: Lateness | None


def reserve(
    *, actor: Actor, account: Account, amount: Decimal, request_line_id: str, document: Model | None
) -> list[str]:
    """Keep `amount` (base currency) for an approved request line; sentences of warning, none when all is well.

    The budget of the nearest category upwards is asked, then the cost centre's general one. Where the cost centre only
    warns and has no budget, nothing is reserved, which is one of the warnings.

    Raises:
        RuleBroken: the cost centre stops, and there is no budget, or this would go beyond it.
    """
    amount = books.clean(amount)
    if not amount:
        return []
    place = _place_of(account)
    if place is None:
        return [no_budget(account)]
    line, late = place.line, place.late
    warnings = books.room_for(line, amount)
    books.book(line, Bucket.RESERVED, amount, request_line_id, document, actor, late.last_day if late else None)
    books.tell_owner(line, amount, actor)
    return [*([counts_later(late)] if late else []), *warnings]


def hold(
    *, actor: Actor, account: Account, amount: Decimal, request_line_id: str, document: Model | None, grow: bool = True
) -> list[str]:
    """Make what a request line has reserved exactly `amount`: an award costs more or less than was thought.

    With `grow` false it is only lowered. Sentences of warning as in `reserve`.

    Raises:
        RuleBroken: more is needed, and the cost centre stops.
    """
    amount = books.clean(amount)
    lines = books.open_lines_of(request_line_id)
    held = sum((books.held(line, Bucket.RESERVED, request_line_id) for line in lines), Decimal(0))
    if amount < held:
        release(actor=actor, request_line_id=request_line_id, document=document, amount=held - amount)
    if amount <= held or not grow:
        return []
    if not lines:
        return reserve(actor=actor, account=account, amount=amount, request_line_id=request_line_id, document=document)
    warnings = books.room_for(lines[-1], amount - held)
    books.book(lines[-1], Bucket.RESERVED, amount - held, request_line_id, document, actor)
    books.tell_owner(lines[-1], amount - held, actor)
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
    *, actor: Actor, account: Account, amount: Decimal, request_line_id: str, document: Model | None, ordered: bool = True
) -> list[str]:  # fmt: skip
    """Goods came: `amount` becomes spent, up to that much of what was ordered is released. As `commit` otherwise.

    Args:
        ordered: false for what came beyond the order: it takes nothing of what other orders have committed.
    """
    source = Bucket.COMMITTED if ordered else ""
    return _advance(source, Bucket.SPENT, account, request_line_id, amount, document, actor)


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
    rest = MAX_AMOUNT if amount is None else books.clean(amount)
    given = Decimal(0)
    for line in books.lines_of(request_line_id):
        part = min(books.held(line, Bucket(bucket), request_line_id), rest - given)
        if part > 0:
            books.book(line, Bucket(bucket), -part, request_line_id, document, actor)
            given += part
    return given


# -- inside ------------------------------------------------------------------


def _advance(
    source: str, target: str, account: Account, request_line_id: str, amount: Decimal, document: Model | None, actor: Actor
) -> list[str]:  # fmt: skip
    """Move money one bucket on; what goes beyond the bucket before, all of it without one, must find room on the line.

    Judged before anything is booked: moving along does not change what is left, going beyond does.
    """
    rest, parts = books.clean(amount), []
    for line in books.open_lines_of(request_line_id):
        part = min(books.held(line, source, request_line_id), rest) if source else Decimal(0)
        parts.append((line, part))
        rest -= part
    late = None
    if not parts:
        place = _place_of(account) if rest else None
        if place is None:
            return [no_budget(account)] if rest else []
        parts, late = [(place.line, Decimal(0))], place.late
    last = parts[-1][0]
    warnings = books.room_for(last, rest) if rest else []
    for line, part in parts:
        if part:
            books.book(line, source, -part, request_line_id, document, actor)
        grown = part + (rest if line is last else 0)
        if grown:
            books.book(line, target, grown, request_line_id, document, actor, late.last_day if late else None)
    books.tell_owner(last, rest, actor)
    return [*([counts_later(late)] if late else []), *warnings]


def _place_of(account: Account) -> Place | None:
    """The account's budget, locked; None where there is none and its cost centre lets that pass.

    What is needed in a closed period counts in the next open one. Read anew under the lock: a period may have been
    closed meanwhile.

    Raises:
        RuleBroken: there is none, and the cost centre stops.
    """
    spans = periods.closed_spans()
    while True:
        late = periods.lateness(account, spans)
        found = selectors.line_for(account, spans)
        if found is None:
            if account.stops:
                raise RuleBroken([missing(late.account if late else account)])
            return None
        line, spans = _locked(found.pk), periods.closed_spans()
        if not periods.is_closed(line, spans):
            return Place(line, late)


def _step_back(
    source: str, target: str, request_line_id: str, amount: Decimal, document: Model | None, actor: Actor
) -> Decimal:
    """Move money one bucket back, as much as is there. Nothing grows, so nothing is asked."""
    rest, moved = books.clean(amount), Decimal(0)
    for line in books.lines_of(request_line_id):
        part = min(books.held(line, source, request_line_id), rest - moved)
        if part > 0:
            books.book(line, source, -part, request_line_id, document, actor)
            books.book(line, target, part, request_line_id, document, actor)
            moved += part
    return moved

"""Writing budgets: lines, and the money that moves through their buckets.

A budget line's row is locked before it is judged, so that of two requests for the last euro one gets it and the other
the sentence. What a request line has reserved stays on the budget line where it was reserved, even when a narrower
budget is made later. A line that stops is never pushed further over its amount, whichever way the money comes: by a
reservation, by an order dearer than reserved, or by a delivery dearer than ordered.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Model, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.audit import services as audit
from srm.budget import selectors
from srm.budget.models import BudgetEntry, BudgetLine, centers_of, sees_all
from srm.budget.words import over, stopped
from srm.catalog.models import Category
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.core.fields import MAX_AMOUNT
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
NEARLY = Decimal("0.9")
_FIXED = ("cost_center", "category", "year", "currency")


# -- lines -------------------------------------------------------------------


def create_line(*, actor: Actor, cost_center: CostCenter, year: int, amount: Decimal, **fields: Any) -> BudgetLine:
    """A budget of a cost centre for a year, for one category's tree or for everything else.

    Raises:
        InvalidInput: sentences by field. NotAllowed: the cost centre is not the actor's.
    """
    _require_own(cost_center, actor)
    fields.setdefault("currency", cost_center.department.legal_entity.currency)
    return records.create(BudgetLine, actor=actor, cost_center=cost_center, year=year, amount=amount, **fields)


def update_line(line: BudgetLine, *, actor: Actor, version: int | None = None, **changes: Any) -> BudgetLine:
    """`line` with `changes`. Once something was booked on it, only its amount and its policy change.

    A budget may be cut below what is already spoken for: from then on nothing more goes through.

    Raises:
        InvalidInput: sentences by field. NotAllowed: the cost centre is not the actor's.
        Stale: somebody changed it since `version`.
    """
    locked = records.locked_row(line, version=version)
    _require_own(locked.cost_center, actor)
    moved = [name for name in _FIXED if changes.get(name, getattr(locked, name)) != getattr(locked, name)]
    if moved and BudgetEntry.objects.unscoped(WHY).filter(line=locked).exists():
        sentence = _(
            "Something is already booked on this budget. Only its amount and what happens at its end can change."
        )
        raise InvalidInput(dict.fromkeys(moved, sentence))
    if "cost_center" in moved:
        _require_own(changes["cost_center"], actor)
    return records.update(locked, actor=actor, **changes)


def _require_own(cost_center: CostCenter, actor: Actor) -> None:
    """Finance sets every budget, an owner those of his own cost centres."""
    if not sees_all(actor) and not centers_of(actor).filter(pk=cost_center.pk).exists():
        raise NotAllowed(_("This cost centre is not yours. Its owner or the finance department sets its budget."))


# -- money -------------------------------------------------------------------


def reserve(
    *, actor: Actor, cost_center: CostCenter, category: Category | None, year: int, amount: Decimal,
    request_line_id: str, document: Model | None,
) -> list[str]:  # fmt: skip
    """Keep `amount` (base currency) for an approved request line; sentences of warning, none when all is well.

    The budget of the nearest category upwards is asked, then the cost centre's general one. Without any budget nothing
    is reserved, which is one of the warnings.

    Raises:
        RuleBroken: the budget stops at its end, and this would go beyond.
    """
    amount = _amount(amount)
    if not amount:
        return []
    found = selectors.line_for(cost_center, category, year)
    if found is None:
        return [selectors.no_budget(cost_center, year)]
    line = _locked(found.pk)
    warnings = _room_for(line, amount)
    _book(line, Bucket.RESERVED, amount, request_line_id, document, actor)
    _tell_owner(line, amount, actor)
    return warnings


def commit(*, actor: Actor, request_line_id: str, amount: Decimal, document: Model | None) -> list[str]:
    """An order was sent: `amount` becomes ordered, up to that much of the line's reservation is released.

    Sentences of warning as in `reserve`. A request line for which no budget was there books nothing.

    Raises:
        RuleBroken: the order is dearer than what was reserved, and the budget stops.
    """
    return _advance(Bucket.RESERVED, Bucket.COMMITTED, request_line_id, amount, document, actor)


def spend(*, actor: Actor, request_line_id: str, amount: Decimal, document: Model | None) -> list[str]:
    """Goods came: `amount` becomes spent, up to that much of what was ordered is released. As `commit` otherwise."""
    return _advance(Bucket.COMMITTED, Bucket.SPENT, request_line_id, amount, document, actor)


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
    source: str, target: str, request_line_id: str, amount: Decimal, document: Model | None, actor: Actor
) -> list[str]:
    """Move money one bucket on; what goes beyond the bucket before must find room on the line.

    Judged before anything is booked: moving along does not change what is left, going beyond does.
    """
    rest, parts = _amount(amount), []
    for line in _lines_of(request_line_id):
        part = min(_held(line, source, request_line_id), rest)
        parts.append((line, part))
        rest -= part
    if not parts:
        return []
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
    """The budget lines on which a request line ever booked, locked, in the order in which it came to them."""
    entries = BudgetEntry.objects.unscoped(WHY).filter(request_line_id=request_line_id)
    keys = list(dict.fromkeys(entries.order_by("pk").values_list("line_id", flat=True)))
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
    """The owner hears it once: when a booking carries the budget over nine tenths, and when over its end."""
    before, after = line.used - grown, line.used
    limits = [limit for limit in (line.amount * NEARLY, line.amount) if before < limit <= after and limit]
    if grown and limits:
        tell(
            [line.cost_center.owner], kind=LOW, actor=actor, url=url_of(line) or "",
            subject=gettext_lazy("Budget {budget}: {left} left"), values={"budget": str(line), "left": Money(line.left, line.currency)},
            body=gettext_lazy("Of {amount}, {used} are reserved, ordered or spent."),
        )  # fmt: skip

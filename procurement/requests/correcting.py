"""What a buyer does with approved lines before he buys them: give back, split."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from procurement.requests import allocating, notices
from procurement.requests.deciding import ask_again, content_of, count_anew
from procurement.requests.lifecycle import LineState
from procurement.requests.lines import STORED
from procurement.requests.models import PurchaseRequest, RequestLine
from procurement.requests.substitutes import closing
from srm.approvals import services as approvals
from srm.audit import services as audit
from srm.budget import services as budget
from srm.catalog.units import STEP, to_base
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.core.money import cents
from srm.core.quantities import clean_quantity
from srm.flow import records, uow
from srm.flow.perform import perform

PROCESS = "requests.process"
LINES = "the lines of a request the actor may change"


def give_back(request: PurchaseRequest, *, actor: Actor, lines: Sequence[RequestLine], reason: str) -> PurchaseRequest:
    """Return approved lines of which nothing is planned to their requester, who changes and sends them again.

    Raises:
        InvalidInput: nothing is ticked, or no reason. RuleBroken: a line is being bought, or is not approved.
        NotAllowed
    """
    uow.require()
    if not lines:
        raise InvalidInput({"lines": [_("Tick what you give back.")]})
    reason = checked_reason(reason)
    locked = records.locked_row(request)
    for line in sorted(lines, key=lambda line: line.pk):
        perform(line, "give_back", actor=actor, reason=reason)
    ask_again(locked, actor=actor)
    count_anew(locked)
    touch(locked)
    notices.tell_given_back(locked, actor=actor, reason=reason)
    return locked


def split_line(
    request: PurchaseRequest, *, actor: Actor, line: RequestLine, quantity: Any, reason: str = ""
) -> RequestLine:
    """Make two lines of an approved one: `quantity`, in its unit, leaves what is open for a new line, which is returned.

    Nothing is asked anew: together they are what was approved, and hold the same money.

    Raises:
        InvalidInput: not less than what is open. RuleBroken: it is not approved. NotAllowed
    """
    uow.require()
    if not actor.may(PROCESS):
        raise NotAllowed()
    locked = records.locked_row(request)
    kept = locked_line(line)
    if kept.state != LineState.APPROVED:
        raise RuleBroken([_("Only an approved line can be split.")])
    return _split(locked, _undisputed(kept, actor), actor=actor, quantity=quantity, reason=reason)


def checked_reason(reason: str) -> str:
    """What others will read of why something changes.

    Raises:
        InvalidInput: too short, or too long.
    """
    reason = reason.strip()
    if not 3 <= len(reason) <= 500:
        raise InvalidInput({"reason": [_("Say why, in 3 to 500 characters.")]})
    return reason


def locked_line(line: RequestLine) -> RequestLine:
    """The line as it is now, after whoever plans it at this moment."""
    allocating.lock([line.pk])
    rows = RequestLine.objects.unscoped(LINES).select_related("request", "item", "unit", "category", "cost_center")
    return rows.get(pk=line.pk)


def split_off(request: PurchaseRequest, kept: RequestLine, *, actor: Actor, base: Decimal, reason: str) -> RequestLine:
    """`base` base units of a locked approved line, which are open, as a line of its own.

    Raises:
        RuleBroken: the unit of the line has no number for such a part.
    """
    part = (kept.quantity * base / kept.base_quantity).quantize(STEP)
    if not 0 < part < kept.quantity:
        raise RuleBroken([_("So small a part cannot be kept in “%(unit)s”.") % {"unit": kept.unit}])
    return move_part(request, kept, actor=actor, part=part, base=base, reason=reason)


def move_part(
    request: PurchaseRequest, kept: RequestLine, *, actor: Actor, part: Decimal, base: Decimal, reason: str
) -> RequestLine:
    """Move a part of a locked line to a new one in the same state, with its share of the amount and the money."""
    before, content = [kept.quantity, kept.quantity - part], content_of(request)
    last = RequestLine.objects.unscoped(LINES).filter(request=request).order_by("position").last()
    values: dict[str, Any] = {name: getattr(kept, name) for name in (*STORED, "buyer", "scheduled")}
    amount = cents(kept.amount * base / kept.base_quantity)
    values |= {"quantity": part, "base_quantity": base, "amount": amount}
    away = RequestLine(
        request=request, position=(last.position if last else 0) + 1, state=kept.state, held_reason=kept.held_reason,
        open_quantity=base if kept.state == LineState.APPROVED else Decimal(0), **values,
    )  # fmt: skip
    away.save()
    kept.quantity, kept.base_quantity, kept.amount = (
        kept.quantity - part,
        kept.base_quantity - base,
        kept.amount - amount,
    )
    kept.open_quantity -= away.open_quantity
    kept.save(update_fields=["quantity", "base_quantity", "amount", "open_quantity"])
    _move_money(kept, away, actor)
    request.line_count += 1
    touch(request)
    # The same under two numbers: whoever decides on it, or has decided, is not asked again for that.
    approvals.content_renamed(request, before=content, after=content_of(request))
    audit.record(
        actor=actor, verb="split", subject=request, reason=reason,
        changes={f"{kept.position}. quantity": before, f"{away.position}. quantity": [None, part]},
    )  # fmt: skip
    return away


def touch(request: PurchaseRequest) -> None:
    """Whoever has it open on his screen learns that it changed."""
    request.version += 1
    request.save(update_fields=["version", "line_count"])


# ------------------------------------------------------------------------------------------------ inside


def _undisputed(line: RequestLine, actor: Actor) -> RequestLine:
    """The locked line, for which nothing else is proposed any more: a proposal was for all that was open."""
    return locked_line(line) if closing.expire([line.pk], actor=actor) else line


def _split(request: PurchaseRequest, kept: RequestLine, *, actor: Actor, quantity: Any, reason: str) -> RequestLine:
    part = _part(kept, quantity)
    base = to_base(kept.item, part, kept.unit)
    return move_part(request, kept, actor=actor, part=part, base=base, reason=reason)


def _part(line: RequestLine, quantity: Any) -> Decimal:
    """A quantity that leaves something of the line, and is not planned."""
    try:
        part = clean_quantity(quantity)
        base = to_base(line.item, part, line.unit)
    except InvalidInput as fault:
        raise InvalidInput({"quantity": [sentence for some in fault.errors.values() for sentence in some]}) from fault
    still = line.open_quantity if line.state == LineState.APPROVED else line.base_quantity
    if base >= line.base_quantity or part >= line.quantity:
        raise InvalidInput({"quantity": [_("Has to be less than the whole line.")]})
    if base > still:
        raise InvalidInput({"quantity": [_("So much is not open any more: the rest is being bought already.")]})
    return part


def _move_money(kept: RequestLine, away: RequestLine, actor: Actor) -> None:
    """The new line's share of what the old one has reserved; no more than there is."""
    if not away.amount or kept.state != LineState.APPROVED:
        return
    words: dict[str, Any] = {"actor": actor, "document": away.request}
    given = budget.release(request_line_id=kept.public_id, amount=away.amount, **words)
    if given:
        budget.reserve(account=away.account, amount=given, request_line_id=away.public_id, **words)

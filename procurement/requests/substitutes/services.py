"""Proposing another item for an approved line, and answering."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from typing import Any

from django.utils.translation import gettext as _

from procurement.requests import correcting
from procurement.requests.deciding import ask_about_change, content_of, count_anew
from procurement.requests.lifecycle import LineState
from procurement.requests.lines import PRICE_STEP, last_price
from procurement.requests.lowvalue import limits
from procurement.requests.models import PurchaseRequest, RequestLine
from procurement.requests.substitutes import closing, notices
from procurement.requests.substitutes.models import Outcome, SubstituteProposal
from procurement.requests.substitutes.selectors import can_get_substitute
from procurement.requests.work import key_of
from srm.approvals import services as approvals
from srm.audit import services as audit
from srm.budget import services as budget
from srm.catalog.equivalents.selectors import conversion, stand_ins_of
from srm.catalog.lifecycle import ItemState
from srm.catalog.models import Item
from srm.catalog.units import portion_of
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.core.fields import MAX_QUANTITY
from srm.core.money import cents, line_total
from srm.core.quantities import clean_price
from srm.flow import records, uow
from srm.flow.perform import perform
from srm.flow.registry import effect

PROCESS, EDIT = "requests.process", "requests.edit"
LINES = "the line that another item is proposed for"
LIVE = (LineState.RETURNED, LineState.SUBMITTED, LineState.APPROVED)


def propose(
    request: PurchaseRequest, *, actor: Actor, line: RequestLine, item: Item, reason: str, factor: Any = None,
    price: Any = None,
) -> SubstituteProposal:  # fmt: skip
    """Propose `item` for what of an approved line is open; the line is held back until the answer.

    Args:
        factor: base units of it for one of the line's item; left out, the catalog's equivalents or the units say it.
        price: for one base unit of it, in the line's currency; left out, its last one, or the line costs what it did.

    Raises:
        InvalidInput: sentences by field. RuleBroken: nothing is open, or another proposal is. NotAllowed
    """
    uow.require()
    if not actor.may(PROCESS):
        raise NotAllowed()
    reason = correcting.checked_reason(reason)
    locked = records.locked_row(request)
    asked = correcting.locked_line(line)
    if not can_get_substitute(asked):
        raise RuleBroken([_("Another item can be proposed for an approved line of an item, while some of it is open.")])
    _refuse_second(asked, actor)
    _check_item(asked, item)
    row = records.create(
        SubstituteProposal, actor=actor, root=locked, line=asked, asked_for=asked.what[:300], item=item, reason=reason,
        hold="" if asked.held_reason else f"→ {item.article}: {reason}"[:300],
        base_quantity=asked.open_quantity, base_unit=asked.base_unit, unit=item.base_unit, currency=asked.currency,
        **_worth(asked, item, _quantity(asked, item, factor), price),
    )  # fmt: skip
    if row.hold:
        RequestLine.objects.unscoped(LINES).filter(pk=asked.pk).update(held_reason=row.hold)
    audit.record(
        actor=actor, verb="substitute_proposed", subject=locked, reason=reason,
        changes={f"{asked.position}. item": [row.asked_for, str(item)]},
    )  # fmt: skip
    notices.tell_proposed(row, actor=actor)
    return row


def accept(proposal: SubstituteProposal, *, actor: Actor) -> RequestLine:
    """Take the proposed item: what was open of the line is now this item, in one step.

    What of the line is planned or bought already stays with the old item, and the substitute becomes a line of its own.
    Dearer than what was approved, or of another category, it goes back to the approvers and frees its money.

    Raises:
        RuleBroken: it was answered, so much is not open any more, it grows beyond what the low-value route allows, or a
        budget stops. NotAllowed: not his to answer.
    """
    request, row, line = _in_hand(proposal, actor)
    if line.state != LineState.APPROVED or line.open_quantity < row.base_quantity:
        raise RuleBroken([_("So much is not open any more: the rest is being bought already. Ask for a new proposal.")])
    if row.item.state != ItemState.ACTIVE:
        raise RuleBroken([_("“%(item)s” is not in use any more. Ask for a new proposal.") % {"item": row.item}])
    before = limits.standing(request)
    closing.close(row, Outcome.ACCEPTED, actor=actor)
    line = correcting.locked_line(line)
    if line.base_quantity > row.base_quantity:
        line = correcting.split_off(request, line, actor=actor, base=row.base_quantity, reason=row.reason)
    if _asks_more(line, row):
        line = perform(line, "ask_anew", actor=actor, reason=row.reason)
        _write(line, row)
        _count(request)
        ask_about_change(request, actor=actor)
    else:
        _swap(request, line, row, actor)
    limits.refuse_growth(request, before)
    notices.tell_answered(row, actor=actor, accepted=True)
    return line


def decline(proposal: SubstituteProposal, *, actor: Actor, reason: str) -> SubstituteProposal:
    """Do without the proposed item; the line is what it was, and may be planned again.

    Raises:
        InvalidInput: no reason. RuleBroken: it was answered. NotAllowed: not his to answer.
    """
    reason = correcting.checked_reason(reason)
    _request, row, _line = _in_hand(proposal, actor)
    closing.close(row, Outcome.DECLINED, actor=actor, answer=reason)
    notices.tell_answered(row, actor=actor, accepted=False)
    return row


def withdraw(proposal: SubstituteProposal, *, actor: Actor, reason: str = "") -> SubstituteProposal:
    """A buyer takes a proposal back; the line may be planned again.

    Raises:
        RuleBroken: it was answered. NotAllowed
    """
    if not actor.may(PROCESS):
        raise NotAllowed()
    _request, row, _line = _locked(proposal)
    closing.close(row, Outcome.WITHDRAWN, actor=actor, answer=reason.strip()[:500])
    notices.tell_withdrawn(row, actor=actor)
    return row


def why_not_answerable(proposal: SubstituteProposal, actor: Actor) -> str | None:
    """Why the actor cannot answer; None when he can. Nobody accepts his own proposal for somebody else."""
    request = proposal.line.request
    if actor.user_id == request.requester_id:
        return None
    if actor.user_id == request.created_by_id and actor.user_id != proposal.created_by_id:
        return None
    return _("Only %(who)s can answer this.") % {"who": request.requester.name}


def asks_more(proposal: SubstituteProposal) -> bool:
    """Whether accepting it asks the approvers again."""
    return _dearer(proposal.amount, proposal.amount_before) or _elsewhere(proposal.line, proposal.item)


# ------------------------------------------------------------------------------------------------ inside


def _locked(proposal: SubstituteProposal) -> tuple[PurchaseRequest, SubstituteProposal, RequestLine]:
    """Request, proposal and line as they are now: documents first, then the line, as everybody else locks them."""
    uow.require()
    request = records.locked_row(proposal.line.request)
    line = correcting.locked_line(proposal.line)
    row = next((one for one in closing.open_for([line.pk]) if one.pk == proposal.pk), None)
    if row is None:
        raise RuleBroken([_("This proposal was answered already, or has run out.")])
    row.line = line
    return request, row, line


def _in_hand(proposal: SubstituteProposal, actor: Actor) -> tuple[PurchaseRequest, SubstituteProposal, RequestLine]:
    if not actor.may(EDIT):
        raise NotAllowed()
    request, row, line = _locked(proposal)
    if sentence := why_not_answerable(row, actor):
        raise RuleBroken([sentence])
    return request, row, line


def _refuse_second(line: RequestLine, actor: Actor) -> None:
    """One at a time; one that cannot be accepted any more makes room."""
    for row in closing.open_for([line.pk]):
        if row.base_quantity <= line.open_quantity:
            raise RuleBroken([_("Another item is proposed for this line already. Withdraw that proposal first.")])
        closing.expire([line.pk], actor=actor)
        line.held_reason = "" if line.held_reason == row.hold else line.held_reason


def _check_item(line: RequestLine, item: Item) -> None:
    if item.pk == line.item_id:
        raise InvalidInput({"item": [_("This is the item that was asked for. Choose another one.")]})
    if item.state != ItemState.ACTIVE:
        raise InvalidInput({"item": [_("“%(item)s” is not in use. Choose another item.") % {"item": item}]})
    if line.item is not None and item.is_service != line.item.is_service:
        raise InvalidInput({"item": [_("A service and a thing do not replace each other.")]})


def _quantity(line: RequestLine, item: Item, given: Any) -> Decimal:
    """How much of `item`, in its base unit, replaces what is open; what is counted is rounded up to whole ones."""
    factor = _factor(line, item, given)
    portion = portion_of(item, item.base_unit)
    wanted = (line.open_quantity * factor / portion).to_integral_value(ROUND_CEILING) * portion
    if wanted > MAX_QUANTITY:
        raise InvalidInput({"factor": [_("This is far too much. Is the conversion right?")]})
    return wanted


def _factor(line: RequestLine, item: Item, given: Any) -> Decimal:
    if given not in (None, ""):
        factor = Decimal(given)
        if factor <= 0:
            raise InvalidInput({"factor": [_("Has to be more than 0.")]})
        return factor
    assert line.item is not None
    known = next((one.factor for one in stand_ins_of(line.item) if one.item.pk == item.pk), None)
    return conversion(line.item, item) if known is None else known


def _worth(line: RequestLine, item: Item, quantity: Decimal, given: Any) -> dict[str, Any]:
    """Quantity, price and amount; without any price it costs what the part cost."""
    before = cents(line.amount * line.open_quantity / line.base_quantity)
    price = clean_price(given) if given not in (None, "") else last_price(item, item.base_unit, line.currency)
    amount = line_total(quantity, price) if price is not None else before
    if price is None and before:
        price = (before / quantity).quantize(PRICE_STEP)
    return {"quantity": quantity, "price": price, "amount": amount, "amount_before": before}


def _asks_more(line: RequestLine, row: SubstituteProposal) -> bool:
    return _dearer(row.amount, line.amount) or _elsewhere(line, row.item)


def _dearer(amount: Decimal, approved: Decimal) -> bool:
    return amount > approved


def _elsewhere(line: RequestLine, item: Item) -> bool:
    """Of a category that was not approved: others decide there."""
    return line.category is not None and not item.category.path.startswith(line.category.path)


def _swap(request: PurchaseRequest, line: RequestLine, row: SubstituteProposal, actor: Actor) -> None:
    """No more than was approved: it stays so, and the difference is free again."""
    content = content_of(request)
    held = budget.release(actor=actor, request_line_id=line.public_id, document=request)
    _write(line, row, still_open=row.quantity)
    if keep := min(held, row.amount):
        budget.reserve(
            actor=actor, account=line.account, amount=keep, request_line_id=line.public_id, document=request
        )  # fmt: skip
    approvals.content_renamed(request, before=content, after=content_of(request))
    _count(request)
    count_anew(request)


def _write(line: RequestLine, row: SubstituteProposal, still_open: Decimal = Decimal(0)) -> None:
    line.item, line.category = row.item, row.item.category
    line.quantity, line.unit, line.base_quantity, line.base_unit = row.quantity, row.unit, row.quantity, row.unit
    line.estimate, line.amount, line.open_quantity = row.price, row.amount, still_open
    line.text_key = key_of(row.item, line.description, line.work_values)
    line.save(update_fields=[
        "item", "category", "quantity", "unit", "base_quantity", "base_unit", "estimate", "amount", "open_quantity",
        "text_key",
    ])  # fmt: skip


def _count(request: PurchaseRequest) -> None:
    """The header's total; whoever has it open on his screen learns that it changed."""
    live = RequestLine.objects.unscoped(LINES).filter(request=request, state__in=LIVE)
    request.total = sum((line.amount for line in live), Decimal(0))
    request.version += 1
    request.save(update_fields=["total", "version"])


@effect(RequestLine, "ask_anew")
@effect(RequestLine, "give_back")
@effect(RequestLine, "cancel")
@effect(RequestLine, "close_short")
def line_left(line: RequestLine, *, actor: Actor, **_details: object) -> None:
    """Nothing of it is open any more: what was proposed for it runs out."""
    closing.expire([line.pk], actor=actor)

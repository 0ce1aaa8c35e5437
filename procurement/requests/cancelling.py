"""Giving up a quantity of a line: what is open first, then what is planned, as long as nobody tenders or orders it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from procurement.requests import allocating, correcting, letting_go, notices, selectors
from procurement.requests.deciding import ask_again, count_anew
from procurement.requests.guards import is_own_or_buyer
from procurement.requests.lifecycle import LineState
from procurement.requests.models import PurchaseRequest, RequestLine
from procurement.requests.selectors import Track
from procurement.requests.substitutes import closing
from srm.audit import services as audit
from srm.budget import services as budget
from srm.catalog.units import STEP, to_base
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken, Stale
from srm.core.money import cents
from srm.core.quantities import clean_quantity
from srm.flow import records, uow
from srm.flow.perform import perform
from srm.ui import formats

CANCEL = "requests.cancel"
ALIVE = frozenset({LineState.SUBMITTED, LineState.APPROVED, LineState.CLOSED})


def cancel_quantity(
    request: PurchaseRequest, *, actor: Actor, line: RequestLine, quantity: Any, reason: str
) -> PurchaseRequest:
    """Give up `quantity`, in the line's unit, of what nobody tenders or orders yet; the rest of the line goes on.

    What is given up becomes a cancelled line of its own, so that the tracker and the history keep it; the whole line
    is cancelled as it is. What is planned leaves its demand, whose buyer is told.

    Raises:
        InvalidInput: so much cannot be cancelled any more, or no reason. RuleBroken: it is not the actor's, or ended.
        NotAllowed. Stale: it was planned while we looked.
    """
    uow.require()
    if not actor.may(CANCEL):
        raise NotAllowed()
    reason = correcting.checked_reason(reason)
    locked = records.locked_row(request)
    held = letting_go.hold(line.pk)
    kept = correcting.locked_line(line)
    if why := is_own_or_buyer(kept, actor):
        raise RuleBroken([why])
    if kept.state not in ALIVE:
        raise RuleBroken([_("A quantity can only be cancelled of what was sent. Edit the request instead.")])
    part, base = _wanted(kept, quantity)
    kept = _opened(kept, base, held, actor=actor, reason=reason)
    if kept.state == LineState.CLOSED:
        _cut_further(locked, kept, base, actor=actor, reason=reason)
    else:
        _withdraw(locked, kept, part, base, actor=actor, reason=reason)
    allocating.free_money([kept.pk], document=locked, actor=actor)
    notices.tell_part_cancelled(kept, part, actor=actor, reason=reason)
    return locked


def shown(line: RequestLine, base: Decimal) -> str:
    """Base units of a line in the unit in which it was asked for, as its reader writes it; rounded down."""
    part = (line.quantity * base / line.base_quantity).quantize(STEP, ROUND_DOWN)
    return formats.quantity(part, line.unit)


# ------------------------------------------------------------------------------------------------ inside


def _wanted(line: RequestLine, quantity: Any) -> tuple[Decimal, Decimal]:
    """The quantity in the line's unit and in base units; never more than may still be cancelled."""
    try:
        part = clean_quantity(quantity)
        base = to_base(line.item, part, line.unit)
    except InvalidInput as fault:
        raise InvalidInput({"quantity": [sentence for some in fault.errors.values() for sentence in some]}) from fault
    (track,) = selectors.tracks_of([line])
    if base > track.cancellable:
        raise InvalidInput({"quantity": [_refusal(track)]})
    return part, base


def _opened(
    line: RequestLine, base: Decimal, held: letting_go.Held, *, actor: Actor, reason: str
) -> RequestLine:  # fmt: skip
    """The locked line with `base` of it in no document, and nothing else proposed for it any more."""
    closing.expire([line.pk], actor=actor)
    missing = base - line.open_quantity if line.state != LineState.SUBMITTED else Decimal(0)
    if missing > 0 and letting_go.let_go(line, held, actor=actor, quantity=missing, reason=reason) != missing:
        raise Stale()
    return correcting.locked_line(line)


def _withdraw(
    request: PurchaseRequest, line: RequestLine, part: Decimal, base: Decimal, *, actor: Actor, reason: str
) -> None:  # fmt: skip
    """Cancel what is open of the line: all of it, or a part as a line of its own."""
    if base == line.base_quantity:
        correcting.touch(request)
    else:
        line = correcting.move_part(request, line, actor=actor, part=part, base=base, reason=reason)
    perform(line, "cancel", actor=actor, reason=reason)
    ask_again(request, actor=actor)
    count_anew(request)


def _cut_further(
    request: PurchaseRequest, line: RequestLine, base: Decimal, *, actor: Actor, reason: str
) -> None:  # fmt: skip
    """Of a line that was cut short so much less still comes; its share of the money is free."""
    correcting.touch(request)
    if share := cents(line.amount * base / line.base_quantity):
        budget.release(actor=actor, request_line_id=line.public_id, document=request, amount=share)
    audit.record(
        actor=actor, verb="cancelled", subject=request, reason=reason,
        changes={f"{line.position}. quantity": [line.coming_quantity + base, line.coming_quantity]},
    )  # fmt: skip


def _refusal(track: Track) -> str:
    line = track.line
    if line.state == LineState.SUBMITTED:
        return _("It cannot be more than what was asked for: %(n)s.") % {"n": shown(line, line.base_quantity)}
    words = {"line": line, "n": shown(line, track.cancellable), "who": ", ".join(_askable(track)) or _("purchasing")}
    if not track.cancellable:
        return _("Nothing of “%(line)s” can be cancelled any more: it is being bought. Ask %(who)s.") % words
    if track.cancellable == line.base_quantity:
        return _("It cannot be more than what was asked for: %(n)s.") % words
    return _("Of “%(line)s” at most %(n)s can be cancelled. The rest is being bought: ask %(who)s.") % words


def _askable(track: Track) -> list[str]:
    """Names of those who buy what cannot be cancelled here; else of whom the line or its firm names."""
    rest = [part for part in track.parts if part.document_id and not track.is_loose(part)]
    names = _buyers((part.document_kind, part.document_id) for part in rest)
    line = track.line
    named = line.buyer or line.request.legal_entity.buyer
    return names or ([named.name] if named is not None and named.is_active else [])


def _buyers(documents: Iterable[tuple[str, str]]) -> list[str]:
    """Who answers for these documents of upper rooms, each once."""
    by_kind: dict[str, set[str]] = {}
    for kind, key in documents:
        by_kind.setdefault(kind, set()).add(key)
    found: set[str] = set()
    for kind, keys in by_kind.items():
        model = apps.get_model(kind)
        if "buyer" in {field.name for field in model._meta.get_fields()}:
            rows = model._base_manager.filter(public_id__in=keys, buyer__is_active=True)
            found |= set(rows.values_list("buyer__name", flat=True))
    return sorted(found)

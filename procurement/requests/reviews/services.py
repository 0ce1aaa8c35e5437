"""Opening, deciding and dropping reviews."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from procurement.requests.models import PurchaseRequest, RequestLine
from procurement.requests.reviews import notices
from procurement.requests.reviews.models import REVIEW, ReviewOutcome, RouteReview
from srm.audit import services as audit
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.flow import records, uow
from srm.flow.registry import effect

WHY = "the review of the request that moves"
AFTER_FACT = PurchaseRequest.Route.AFTER_FACT


def decide(review: RouteReview, *, actor: Actor, justified: bool, note: str) -> RouteReview:
    """Say whether it was right to buy first and ask afterwards; requester and department's head read it.

    Raises:
        InvalidInput: no note. RuleBroken: it was reviewed, is not needed any more, or is the actor's own. NotAllowed
    """
    uow.require()
    if not actor.may(REVIEW):
        raise NotAllowed()
    note = note.strip()
    if not 3 <= len(note) <= 500:
        raise InvalidInput({"note": [_("Say why, in 3 to 500 characters.")]})
    request = records.locked_row(review.request)
    row = locked(request)
    if row is None or (reason := why_not(row, actor)):
        raise RuleBroken([reason if row else _("This does not wait for a review any more.")])
    outcome = ReviewOutcome.JUSTIFIED if justified else ReviewOutcome.UNJUSTIFIED
    _write(row, outcome, actor=actor, note=note)
    notices.tell_decided(row, actor=actor)
    return row


def why_not(review: RouteReview, actor: Actor) -> str | None:
    """Why the actor cannot decide it; None when he can."""
    if review.outcome != ReviewOutcome.OPEN:
        return _("This does not wait for a review any more.")
    if actor.person_id in review.request.people():
        return _("You cannot review your own purchase. Somebody else has to.")
    return None


def locked(request: PurchaseRequest) -> RouteReview | None:
    """The review of a request, which the caller has locked, as it is now."""
    rows = RouteReview.objects.unscoped(WHY).filter(request=request).select_for_update(of=("self",))
    row = rows.first()
    if row is not None:
        row.request = request
    return row


# ------------------------------------------------------------------------------------------------ moves


@effect(PurchaseRequest, "submit")
def sent(request: PurchaseRequest, *, actor: Actor, **_details: object) -> None:
    """It waits for a reviewer, also when it was reviewed before: something of it may be different."""
    row = locked(request)
    if request.route != AFTER_FACT:
        if row is not None and row.outcome == ReviewOutcome.OPEN:
            _write(row, ReviewOutcome.DROPPED, actor=actor)
        return
    if row is None or row.outcome != ReviewOutcome.OPEN:
        row = row or RouteReview.objects.unscoped(WHY).create(request=request)
        _write(row, ReviewOutcome.OPEN, actor=actor)
        notices.tell_asked(row, actor=actor)


@effect(PurchaseRequest, "cancel")
def withdrawn(request: PurchaseRequest, *, actor: Actor, **_details: object) -> None:
    """Nothing was bought after all."""
    if request.route != AFTER_FACT or request.sent_on is None:
        return
    lines = RequestLine.objects.unscoped(WHY).filter(request=request)
    row = locked(request)
    if row is not None and row.outcome == ReviewOutcome.OPEN and not lines.exclude(state="cancelled").exists():
        _write(row, ReviewOutcome.DROPPED, actor=actor)


def _write(row: RouteReview, outcome: ReviewOutcome, *, actor: Actor, note: str = "") -> None:
    """How a locked review stands now, and in the log of its request."""
    decided = outcome in {ReviewOutcome.JUSTIFIED, ReviewOutcome.UNJUSTIFIED}
    values: dict[str, Any] = {
        "outcome": outcome, "note": note, "decided_by_id": actor.user_id if decided else None,
        "decided_at": clock.now() if decided else None,
    }  # fmt: skip
    if outcome == ReviewOutcome.OPEN:
        values["created_at"] = clock.now()
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=[name.removesuffix("_id") for name in values])
    audit.record(actor=actor, verb=f"review_{outcome.value}", subject=row.request, reason=note)

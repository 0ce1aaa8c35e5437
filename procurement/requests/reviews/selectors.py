"""What waits for a reviewer, and how a request's review stands."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from procurement.requests.models import PurchaseRequest
from procurement.requests.reviews.models import REVIEW, ReviewOutcome, RouteReview
from srm.core.actor import Actor

READ = "the review of a request the reader sees"
SHOWN = ("request__department", "request__requester", "decided_by")
DECIDED = (ReviewOutcome.JUSTIFIED, ReviewOutcome.UNJUSTIFIED)


def waiting_for(actor: Actor) -> QuerySet[RouteReview]:
    """Open reviews that the actor may decide, the longest waiting first; not of what he asked for himself."""
    rows = RouteReview.objects.visible_to(actor).open()
    if not actor.may(REVIEW):
        return rows.none()
    own = rows.filter(request__requester_id=actor.user_id) | rows.filter(request__created_by_id=actor.user_id)
    return rows.exclude(pk__in=own.values("pk")).select_related(*SHOWN).order_by("created_at", "pk")


def waiting_count(actor: Actor) -> int:
    """How many of them, for the menu."""
    return waiting_for(actor).count()


def review_of(request: PurchaseRequest) -> RouteReview | None:
    """The review of a request that was sent after the fact; read once, and not at all for others."""
    if not hasattr(request, "shown_review"):
        rows = RouteReview.objects.unscoped(READ).filter(request=request).select_related("decided_by")
        late = request.route == PurchaseRequest.Route.AFTER_FACT and request.sent_on is not None
        found = rows.first() if late else None
        if found is not None:
            found.request = request
        request.shown_review = found  # type: ignore[attr-defined]
    return request.shown_review  # type: ignore[attr-defined]


def reviewed_as(rows: QuerySet[PurchaseRequest], outcome: str) -> QuerySet[PurchaseRequest]:
    """Requests sent after the fact whose review stands so; "open" is all that nobody has decided."""
    of_outer = RouteReview.objects.unscoped(READ).filter(request=OuterRef("pk"))
    late = rows.filter(route=PurchaseRequest.Route.AFTER_FACT, sent_on__isnull=False)
    if outcome == ReviewOutcome.OPEN:
        return late.filter(~Exists(of_outer.filter(outcome__in=DECIDED)))
    return late.filter(Exists(of_outer.filter(outcome=outcome)))

"""Who hears of a review: reviewers that one waits, the requester and the head of his department what came of it."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from procurement.requests.notices import GROUP
from procurement.requests.reviews.models import REVIEW, ReviewOutcome, RouteReview
from srm.approvals.asking import paths_up
from srm.core.actor import Actor
from srm.notify.registry import kind
from srm.notify.services import tell
from srm.notify.values import Money
from srm.people.models import Department, User
from srm.people.roles import ROLES, permissions_of
from srm.ui.links import url_of

ASKED = kind("requests.review_asked", _("A purchase after the fact waits for my review"), group=GROUP).code
DECIDED = kind(
    "requests.reviewed", _("A purchase after the fact was reviewed"), channel="mail", group=GROUP
).code  # fmt: skip


def tell_asked(row: RouteReview, *, actor: Actor) -> None:
    """Everybody who may review it."""
    roles = [role for role in ROLES if REVIEW in permissions_of(frozenset({role}))]
    people = User.objects.filter(grants__role__in=roles, is_active=True, kind=User.Kind.STAFF).distinct()
    own = row.request.people()
    tell(
        [one for one in people if one.person_id not in own], kind=ASKED, actor=actor,
        subject=_("To review: {title}"), values=_values(row, actor), button=pgettext_lazy("move", "Review"),
        body=_("{who} reports a purchase after the fact ({request}, {department}, about {amount}): {why}"),
        url=reverse("requests:routereview-decide", args=[row.public_id]),
    )  # fmt: skip


def tell_decided(row: RouteReview, *, actor: Actor) -> None:
    """The requester, who wrote it down for him, and the head of the department."""
    request = row.request
    justified = row.outcome == ReviewOutcome.JUSTIFIED
    body = (
        _("{who} finds the purchase after the fact justified ({request}, {department}, about {amount}): {note}")
        if justified
        else _("{who} does not find the purchase after the fact justified ({request}, {department}, about {amount}): {note}")
    )  # fmt: skip
    tell(
        [request.requester, request.created_by, head_of(request.department)], kind=DECIDED, actor=actor, body=body,
        subject=_("Justified: {title}") if justified else _("Not justified: {title}"), values=_values(row, actor),
        url=url_of(request) or "", button=_("Open the request"),
    )  # fmt: skip


def head_of(department: Department) -> User | None:
    """The department's head, else the nearest one above."""
    rows = Department.objects.filter(path__in=paths_up(department.path), head__isnull=False).select_related("head")
    nearest = max(rows, key=lambda row: len(row.path), default=None)
    return nearest.head if nearest else None


def _values(row: RouteReview, actor: Actor) -> dict[str, object]:
    request = row.request
    return {
        "who": actor.name, "title": request.title, "request": str(request), "department": str(request.department),
        "why": request.route_reason, "note": row.note, "amount": Money(request.total, request.currency),
    }  # fmt: skip

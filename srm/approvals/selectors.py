"""What waits for whose decision, and how far a document's route has come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, TextField
from django.db.models.functions import Cast

from srm.approvals.asking import DECIDE, holders, rights_for
from srm.approvals.models import ApprovalRoute, ApprovalStep
from srm.core.actor import Actor
from srm.people.models import User

if TYPE_CHECKING:
    from django.db import models

OWN_PAGE = "a document's own page shows its approvals"
MACHINE = "approvals are laid out and decided for the whole firm"


# ------------------------------------------------------------------------------------------------ what waits


def current_steps() -> QuerySet[ApprovalStep]:
    """Waiting steps whose turn it is: nothing before them on their route waits."""
    steps = ApprovalStep.objects.unscoped(MACHINE)
    earlier = steps.filter(route=OuterRef("route"), outcome="waiting", order__lt=OuterRef("order"))
    return steps.filter(outcome="waiting", route__outcome="open").exclude(Exists(earlier))


def waiting_for(actor: Actor) -> QuerySet[ApprovalStep]:
    """The actor's inbox: steps he may decide now, with their routes."""
    steps = current_steps().select_related("route", "route__department", "route__requester")
    if not actor.may(DECIDE) or actor.user_id is None:
        return steps.none()
    users = [pk for pk in (actor.user_id, actor.on_behalf_of) if pk]
    # Barred people are a list in JSON; as text it is asked alike on both databases, and ids hold no quotes.
    steps = steps.annotate(barred_text=Cast("route__barred", TextField()))
    steps = steps.exclude(barred_text__contains=f'"{actor.person_id}"')
    return steps.filter(Q(user_id__in=users) | Q(user=None, role__in=actor.roles))


def asked_of(actor: Actor, kind: str) -> QuerySet:
    """Public ids of the documents of `kind` that the actor is or was asked to decide; for `visible_to`."""
    steps = ApprovalStep.objects.unscoped(MACHINE)
    waiting = Q(outcome="waiting") & (Q(user_id=actor.user_id) | Q(user=None, role__in=actor.roles))
    return steps.filter(waiting | Q(decided_by_id=actor.user_id), route__document_kind=kind).values(
        "route__document_id"
    )


def route_of(document: models.Model) -> ApprovalRoute | None:
    """The document's latest route, with its steps."""
    routes = ApprovalRoute.objects.unscoped(OWN_PAGE).filter(
        document_kind=document._meta.label_lower,
        document_id=document.public_id,  # type: ignore[attr-defined]
    )
    steps = ApprovalStep.objects.unscoped(OWN_PAGE).select_related("user", "decided_by")
    return routes.prefetch_related(Prefetch("steps", steps)).order_by("-pk").first()


def shown_route(document: models.Model) -> ApprovalRoute | None:
    """`route_of` for pages: read once, kept on the document, for several parts of a page show it."""
    if not hasattr(document, "shown_route"):
        document.shown_route = route_of(document)  # type: ignore[attr-defined]
    return document.shown_route  # type: ignore[attr-defined]


def steps_now(route: ApprovalRoute) -> list[ApprovalStep]:
    """The steps of a route whose turn it is."""
    waiting = [step for step in route.steps.all() if step.outcome == "waiting"] if route.outcome == "open" else []
    first = min((step.order for step in waiting), default=0)
    return [step for step in waiting if step.order == first]


def deciders_of(route: ApprovalRoute) -> list[User]:
    """The people a route waits for now."""
    rights = rights_for(route.document_kind)
    found: dict[int, User] = {}
    for step in steps_now(route):
        for user in [step.user] if step.user else holders(step.role, rights, route.barred):
            found[user.pk] = user
    return list(found.values())

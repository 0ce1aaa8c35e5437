"""What waits for whose decision, and how far a document's route has come."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from srm.approvals.asking import DECIDE, holders, rights_for
from srm.approvals.models import ApprovalRoute, ApprovalStep, covered_steps
from srm.audit.models import AuditEvent
from srm.core.actor import Actor
from srm.core.errors import RuleBroken
from srm.org.selectors import covered_by
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
    """The actor's inbox: steps he may decide now, his own and those of people he stands in for, with their routes."""
    steps = current_steps().select_related("route", "route__department", "route__requester", "user")
    if not actor.may(DECIDE) or actor.user_id is None:
        return steps.none()
    # Barred people are a list in JSON; as text it is asked alike on both databases, and ids hold no quotes.
    steps = steps.annotate(barred_text=Cast("route__barred", TextField()))
    steps = steps.exclude(barred_text__contains=f'"{actor.person_id}"')
    return steps.filter(Q(user_id=actor.user_id) | Q(user=None, role__in=actor.roles) | covered_steps(actor))


def away(actor: Actor) -> list[User]:
    """People who are away and for whom the actor stands in, with their roles."""
    return list(covered_by(actor).prefetch_related("grants").order_by("pk"))


def mark_stood_in(steps: Iterable[ApprovalStep], actor: Actor) -> None:
    """Set `stood_in_for`, a name or nothing, on the steps of the actor's inbox."""
    cover = away(actor)
    for step in steps:
        own = step.user_id == actor.user_id if step.user_id else step.role in actor.roles
        absentee = None if own else absentee_of(step, step.route, cover)
        step.stood_in_for = absentee.name if absentee else ""  # type: ignore[attr-defined]


def absentee_of(step: ApprovalStep, route: ApprovalRoute, cover: Iterable[User]) -> User | None:
    """Of the people somebody stands in for, the one this step waits for."""
    for one in cover:
        holds = step.role in {grant.role for grant in one.grants.all()}
        if step.user_id == one.pk or (step.user_id is None and holds and one.person_id not in route.barred):
            return one
    return None


def asked_of(actor: Actor, kind: str) -> QuerySet:
    """Public ids of the documents of `kind` that the actor is or was asked to decide; for `visible_to`."""
    steps = ApprovalStep.objects.unscoped(MACHINE)
    waiting = Q(outcome="waiting") & (
        Q(user_id=actor.user_id) | Q(user=None, role__in=actor.roles) | covered_steps(actor)
    )
    return steps.filter(waiting | Q(decided_by_id=actor.user_id), route__document_kind=kind).values(
        "route__document_id"
    )


def route_of(document: models.Model) -> ApprovalRoute | None:
    """The document's latest route, with its steps."""
    routes = ApprovalRoute.objects.unscoped(OWN_PAGE).filter(
        document_kind=document._meta.label_lower,
        document_id=document.public_id,  # type: ignore[attr-defined]
    )
    steps = ApprovalStep.objects.unscoped(OWN_PAGE).select_related("user", "decided_by", "decided_for")
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


def document_of(route: ApprovalRoute) -> Any:
    """The document a route belongs to; whoever is asked to decide may see it.

    Raises:
        RuleBroken: its kind is not known any more.
    """
    model = apps.get_model(route.document_kind)
    document = model._base_manager.filter(public_id=route.document_id).first()
    if document is None:
        raise RuleBroken([_("The document is gone.")])
    return document


EDITS = ("created", "changed", "lines written")


def editors_of(document: models.Model, *, also: Iterable[str] = ()) -> set[str]:
    """Person ids of everybody who made or edited a document or its lines; `also` names more verbs that are edits."""
    events = AuditEvent.objects.filter(
        root_kind=document._meta.label_lower,
        root_id=document.public_id,  # type: ignore[attr-defined]
        verb__in=[*EDITS, *also], actor_user_id__isnull=False,
    )  # fmt: skip
    return {user.person_id for user in User.objects.filter(pk__in=events.values("actor_user_id"))}

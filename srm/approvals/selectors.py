"""Who decides what, and what waits for whom."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, TextField
from django.db.models.functions import Cast

from srm.approvals import registry
from srm.approvals.models import ApprovalRoute, ApprovalRule, ApprovalStep, Who
from srm.core.actor import Actor
from srm.people.models import CostCenter, Department, User
from srm.people.roles import ROLES

if TYPE_CHECKING:
    from django.db import models

    from srm.catalog.models import Category

DECIDE = "approvals.decide"
FALLBACK = "head"
OWN_PAGE = "a document's own page shows its approvals"
MACHINE = "approvals are laid out and decided for the whole firm"


@dataclass(frozen=True)
class Planned:
    """A step of a route to be: asked is `user`, or anybody with `role`; `rule` is None for the last resort."""

    order: int
    who: str
    user: User | None
    role: str
    rule: ApprovalRule | None

    @property
    def decider(self) -> str:
        return self.user.name if self.user else str(ROLES[self.role][0])


# ------------------------------------------------------------------------------------------------ who would decide


def who_decides(
    kind: str, *, amount: Decimal, department: Department | None, cost_centers: Iterable[CostCenter] = (),
    categories: Iterable[Category] = (), barred: Collection[str] = (),
) -> list[Planned]:  # fmt: skip
    """The steps a document would go through, in order; never empty.

    Where a rule finds nobody who may decide (all barred, or without the right), holders of the role "head of
    procurement" are asked; so they are when no rule fits at all.
    """
    steps = []
    for rule in fitting_rules(kind, amount=amount, department=department, categories=categories):
        for user, role in _deciders(rule, department, cost_centers, barred):
            steps.append(Planned(rule.order, rule.who if user or role == rule.role else Who.ROLE, user, role, rule))
    return _without_repeats(steps) or [Planned(1, Who.ROLE, None, FALLBACK, None)]


def fitting_rules(
    kind: str, *, amount: Decimal, department: Department | None, categories: Iterable[Category]
) -> list[ApprovalRule]:
    """Active rules for this kind, amount, department (or one above it) and any of the categories."""
    paths = [category.path for category in categories]
    rules = ApprovalRule.objects.filter(kind=kind, is_active=True, min_amount__lte=amount)
    found = rules.select_related("department", "category", "user").order_by("order", "min_amount", "pk")
    return [
        rule
        for rule in found
        if (rule.department is None or (department and department.path.startswith(rule.department.path)))
        and (rule.category is None or any(path.startswith(rule.category.path) for path in paths))
    ]


def _deciders(
    rule: ApprovalRule, department: Department | None, cost_centers: Iterable[CostCenter], barred: Collection[str]
) -> list[tuple[User | None, str]]:
    """(user, role) pairs asked by one rule."""
    kind = registry.kind_of(rule.kind)
    rights = {DECIDE, kind.permission} if kind else {DECIDE}
    if rule.who == Who.ROLE:
        return [(None, rule.role if holders(rule.role, rights, barred) else FALLBACK)]
    if rule.who == Who.OWNER:
        owners = {center.owner for center in cost_centers}
        users = [owner for owner in owners if owner and may_be_asked(owner, rights, barred)]
    elif rule.who == Who.USER:
        users = [rule.user] if rule.user and may_be_asked(rule.user, rights, barred) else []
    else:
        head = head_above(department, rights, barred)
        users = [head] if head else []
    return [(user, "") for user in sorted(users, key=lambda user: user.pk)] or [(None, FALLBACK)]


def head_above(department: Department | None, rights: Collection[str], barred: Collection[str]) -> User | None:
    """The nearest head up the tree who may decide and did not ask himself."""
    while department is not None:
        if department.head and may_be_asked(department.head, rights, barred):
            return department.head
        department = department.parent
    return None


def may_be_asked(user: User, rights: Collection[str], barred: Collection[str]) -> bool:
    """Whether an account is alive, holds the rights, and had no part in the document."""
    granted = {right for role in user.grants.values_list("role", flat=True) for right in ROLES.get(role, ("", ()))[1]}
    alive = user.is_active and user.kind == User.Kind.STAFF
    return alive and user.person_id not in barred and set(rights) <= granted


def holders(role: str, rights: Collection[str], barred: Collection[str]) -> list[User]:
    """Living accounts with `role` that may decide; none when the role itself lacks the rights."""
    if not set(rights) <= ROLES.get(role, ("", frozenset()))[1]:
        return []
    users = User.objects.filter(grants__role=role, is_active=True, kind=User.Kind.STAFF).order_by("name", "pk")
    return [user for user in users if user.person_id not in barred]


def _without_repeats(steps: list[Planned]) -> list[Planned]:
    """Nobody is asked twice: of several steps for one person or role the last, which is the highest tier, stays."""
    kept: dict[tuple[int | None, str], Planned] = {}
    for step in sorted(steps, key=lambda step: step.order):
        key = (step.user.pk if step.user else None, step.role)
        kept.pop(key, None)
        kept[key] = step
    return sorted(kept.values(), key=lambda step: step.order)


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
    kind = registry.kind_of(route.document_kind)
    rights = {DECIDE, kind.permission} if kind else {DECIDE}
    found: dict[int, User] = {}
    for step in steps_now(route):
        for user in [step.user] if step.user else holders(step.role, rights, route.barred):
            found[user.pk] = user
    return list(found.values())

"""From an account to the Actor that services understand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.db.models import Q

from srm.core.actor import ANONYMOUS, Actor
from srm.people.models import Department, User
from srm.people.roles import STAFF_ROLES, SUPPLIER_ROLES, permissions_of

Enricher = Callable[[User, Actor], Actor]
_enrichers: list[Enricher] = []


def enriches_actor(function: Enricher) -> Enricher:
    """Let an upper room add what it knows of an account (the supplier's registry adds the supplier)."""
    _enrichers.append(function)
    return function


def actor_for(user: User | None, *, request_id: str = "") -> Actor:
    """The Actor of an account with its roles, rights and departments; nobody for a dead or missing account.

    Staff roles count only for staff, supplier roles only for suppliers, so a mixed grant opens nothing.
    """
    if user is None or not user.is_authenticated or not user.is_active:
        return replace(ANONYMOUS, request_id=request_id)
    granted = frozenset(user.grants.values_list("role", flat=True))
    allowed = SUPPLIER_ROLES if user.kind == User.Kind.SUPPLIER else STAFF_ROLES
    roles = granted & allowed
    actor = Actor(
        kind=user.kind,
        user_id=user.pk,
        person_id=user.person_id,
        name=user.name,
        roles=roles,
        permissions=permissions_of(roles),
        departments=_departments(user),
        request_id=request_id,
        language=user.language,
    )
    for enrich in _enrichers:
        actor = enrich(user, actor)
    return actor


def _departments(user: User) -> tuple[str, ...]:
    """Paths of the departments the user belongs to or heads."""
    if user.kind != User.Kind.STAFF:
        return ()
    mine = Q(head=user) | Q(pk=user.department_id) if user.department_id else Q(head=user)
    return tuple(Department.objects.filter(mine).values_list("path", flat=True))

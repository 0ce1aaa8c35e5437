"""How whoever lacks a right is turned away: colleagues are told so, outsiders are not even told that there is a door."""

from __future__ import annotations

from srm.core.actor import Actor
from srm.core.errors import Concealed, DomainError, NotAllowed
from srm.people.roles import SUPPLIER_ROLES, permissions_of

OF_SUPPLIERS = permissions_of(SUPPLIER_ROLES)


def conceals(actor: Actor, permission: str) -> bool:
    """Whether what needs `permission` does not exist for this actor: no role of a supplier's account opens it."""
    return actor.is_outside and bool(permission) and permission not in OF_SUPPLIERS


def refusal(actor: Actor, permission: str) -> DomainError:
    """What to raise when `actor` lacks `permission`: NotAllowed, or Concealed for a supplier at a door of the staff."""
    return Concealed() if conceals(actor, permission) else NotAllowed()

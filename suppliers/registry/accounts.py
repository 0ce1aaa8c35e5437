"""Tells the actor of a supplier's account which supplier it acts for."""

from dataclasses import replace

from srm.core.actor import Actor
from srm.people.actors import enriches_actor
from srm.people.models import User
from srm.people.roles import permissions_of
from suppliers.registry.models import Membership


@enriches_actor
def add_supplier(user: User, actor: Actor) -> Actor:
    """The supplier's id and the role of the membership; an account without one may do nothing."""
    if user.kind != User.Kind.SUPPLIER:
        return actor
    membership = Membership.objects.unscoped("finding the account's own supplier").filter(user=user).first()
    if membership is None:
        return replace(actor, roles=frozenset(), permissions=frozenset())
    roles = frozenset({membership.role})
    return replace(actor, supplier_id=membership.supplier_id, roles=roles, permissions=permissions_of(roles))

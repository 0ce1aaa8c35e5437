"""Setting whether a firm orders by itself what was chosen in the shop."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from procurement.shop.models import ShopRule
from srm.core.actor import Actor
from srm.core.errors import InvalidInput
from srm.org.firm_rules import create_firm_rule, update_firm_rule
from srm.people.actors import actor_for


def create_rule(*, actor: Actor, **values: Any) -> ShopRule:
    """The rule of a legal entity.

    Raises:
        NotAllowed. InvalidInput: it has one already, or who should answer for the orders may not send any.
    """
    _check_buyer(values)
    return create_firm_rule(ShopRule, actor=actor, **values)


def update_rule(rule: ShopRule, *, actor: Actor, version: int | None = None, **changes: Any) -> ShopRule:
    """A changed rule; what was ordered before stays.

    Raises:
        NotAllowed. InvalidInput: as above; a rule stays with its legal entity. Stale
    """
    _check_buyer(changes)
    return update_firm_rule(rule, actor=actor, version=version, **changes)


def _check_buyer(values: dict[str, Any]) -> None:
    buyer = values.get("buyer")
    if buyer is not None and not actor_for(buyer).may("orders.send"):
        raise InvalidInput({"buyer": _("%(name)s may not send orders. Choose a buyer.") % {"name": buyer.name}})

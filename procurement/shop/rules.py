"""Setting whether a firm orders by itself what was chosen in the shop."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from procurement.shop.models import RULES, ShopRule
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, NotAllowed
from srm.flow import records
from srm.people.actors import actor_for


def create_rule(*, actor: Actor, **values: Any) -> ShopRule:
    """The rule of a legal entity.

    Raises:
        NotAllowed. InvalidInput: it has one already, or who should answer for the orders may not send any.
    """
    _check(actor, values)
    return records.create(ShopRule, actor=actor, **values)


def update_rule(rule: ShopRule, *, actor: Actor, version: int | None = None, **changes: Any) -> ShopRule:
    """A changed rule; what was ordered before stays.

    Raises:
        NotAllowed. InvalidInput: as above; a rule stays with its legal entity. Stale
    """
    _check(actor, {"legal_entity": rule.legal_entity, **changes})
    if changes.get("legal_entity", rule.legal_entity) != rule.legal_entity:
        raise InvalidInput({"legal_entity": _("A rule stays with its legal entity. Make another one.")})
    return records.update(rule, actor=actor, version=version, **changes)


def _check(actor: Actor, values: dict[str, Any]) -> None:
    if not actor.may(RULES):
        raise NotAllowed()
    entity = values.get("legal_entity")
    if entity is not None and actor.legal_entities and entity.pk not in actor.legal_entities:
        raise NotAllowed()
    buyer = values.get("buyer")
    if buyer is not None and not actor_for(buyer).may("orders.send"):
        raise InvalidInput({"buyer": _("%(name)s may not send orders. Choose a buyer.") % {"name": buyer.name}})

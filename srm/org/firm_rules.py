"""Rules that each legal entity sets for itself, one of a kind: who may see and set them, and that each stays with its firm.

class ShopRule(FirmRule): permission, page = "shop.rules", "shop:shoprule-detail"

A room adds what its rule says, and what else it asks of the values; the rest is here.
"""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.core import fields
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, NotAllowed
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped
from srm.flow import records


class FirmRuleQuerySet(ScopedQuerySet):
    def visible_to(self, actor: Actor) -> FirmRuleQuerySet:
        """For those who may set them, of their legal entities."""
        if not actor.may(self.model.permission):  # type: ignore[attr-defined]
            return self.none()
        return self.filter(legal_entity__in=actor.legal_entities) if actor.legal_entities else self


class FirmRule(ScopedModel):
    """A legal entity's one rule of a kind; `permission` is the right to see and set it."""

    permission: str
    page: str

    public_id = fields.public_id()
    legal_entity = models.OneToOneField(
        "srm.LegalEntity", models.PROTECT, related_name="+", verbose_name=gettext_lazy("Legal entity"),
        error_messages={"unique": gettext_lazy("This legal entity has its rule already. Change that one.")},
    )  # fmt: skip
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = scoped(FirmRuleQuerySet)

    class Meta(ScopedModel.Meta):
        abstract = True
        ordering = ["legal_entity"]

    def __str__(self) -> str:
        return str(self.legal_entity)

    def get_absolute_url(self) -> str:
        return reverse(self.page, args=[self.public_id])


R = TypeVar("R", bound=FirmRule)


def create_firm_rule(model: type[R], *, actor: Actor, **values: Any) -> R:
    """The rule of a legal entity.

    Raises:
        NotAllowed: the right is missing, or the legal entity is not the actor's. InvalidInput: it has one already.
    """
    _admit(model, actor, values.get("legal_entity"))
    return records.create(model, actor=actor, **values)


def update_firm_rule(rule: R, *, actor: Actor, version: int | None = None, **changes: Any) -> R:
    """A changed rule.

    Raises:
        NotAllowed: as above. InvalidInput: a rule stays with its legal entity. Stale
    """
    _admit(type(rule), actor, rule.legal_entity)
    if changes.get("legal_entity", rule.legal_entity) != rule.legal_entity:
        raise InvalidInput({"legal_entity": _("A rule stays with its legal entity. Make another one.")})
    return records.update(rule, actor=actor, version=version, **changes)


def _admit(model: type[FirmRule], actor: Actor, entity: models.Model | None) -> None:
    foreign = entity is not None and actor.legal_entities and entity.pk not in actor.legal_entities
    if not actor.may(model.permission) or foreign:
        raise NotAllowed()

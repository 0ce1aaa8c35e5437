"""What a firm allows to be bought from one-time suppliers."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from srm.core import fields
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped

RULES = "onetime.rules"


class RuleQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """For those who may set them."""
        return self if actor.may(RULES) else self.none()


class OnceRule(ScopedModel):
    """Whether a firm buys from suppliers that are not in its directory, and how much of it.

    An order may come to `most_amount` (the firm's currency, net), and `most_orders` go to one such supplier, ever: who
    is wanted more often is entered as a regular one.
    """

    page = "onetime:oncerule-detail"

    public_id = fields.public_id()
    legal_entity = models.OneToOneField(
        "srm.LegalEntity", models.PROTECT, related_name="+", verbose_name=_("Legal entity"),
        error_messages={"unique": _("This legal entity has its rule already. Change that one.")},
    )  # fmt: skip
    is_on = models.BooleanField(_("One-time suppliers are allowed"), default=True)
    most_amount = fields.amount(_("At most an order"), validators=[MinValueValidator(Decimal("0.01"))])
    most_orders = models.PositiveSmallIntegerField(
        _("Orders to one supplier"), default=1, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = scoped(RuleQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Rule of one-time suppliers")
        verbose_name_plural = _("Rules of one-time suppliers")
        ordering = ["legal_entity"]
        constraints = [
            models.CheckConstraint(
                condition=Q(most_amount__gt=0) & Q(most_orders__gte=1), name="oncerule_allows_something"
            )
        ]

    def __str__(self) -> str:
        return str(self.legal_entity)

    def get_absolute_url(self) -> str:
        return reverse(self.page, args=[self.public_id])

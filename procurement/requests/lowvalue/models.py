"""A legal entity's limits of the low-value route."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from srm.core import fields
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped

LIMITS = "requests.limits"


class LowValueRuleQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """For those who may set them."""
        return self if actor.may(LIMITS) else self.none()


class LowValueRule(ScopedModel):
    """At most `most_request` a request and `most_year` a year for a department and category, in the firm's currency.

    What is left open is not limited.
    """

    page = "requests:lowvaluerule-detail"

    public_id = fields.public_id()
    legal_entity = models.OneToOneField(
        "srm.LegalEntity", models.PROTECT, related_name="+", verbose_name=_("Legal entity"),
        error_messages={"unique": _("This legal entity has its rule already. Change that one.")},
    )  # fmt: skip
    is_on = models.BooleanField(_("Limits apply"), default=True)
    most_request = fields.amount(
        _("At most a request"), null=True, blank=True, validators=[MinValueValidator(Decimal("0.01"))],
        help_text=_("In the currency of the legal entity. Left empty, a request may come to anything."),
    )  # fmt: skip
    most_year = fields.amount(
        _("At most a year"), null=True, blank=True, validators=[MinValueValidator(Decimal("0.01"))],
        help_text=_("For one department and category, all such requests of a calendar year together."),
    )  # fmt: skip
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = scoped(LowValueRuleQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Low-value limit")
        verbose_name_plural = _("Low-value limits")
        ordering = ["legal_entity"]

    def __str__(self) -> str:
        return str(self.legal_entity)

    def get_absolute_url(self) -> str:
        return reverse(self.page, args=[self.public_id])

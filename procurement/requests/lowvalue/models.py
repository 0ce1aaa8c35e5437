"""A legal entity's limits of the low-value route."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from srm.core import fields
from srm.org.firm_rules import FirmRule

LIMITS = "requests.limits"


class LowValueRule(FirmRule):
    """At most `most_request` a request and `most_year` a year for a department and category, in the firm's currency.

    What is left open is not limited.
    """

    permission, page = LIMITS, "requests:lowvaluerule-detail"

    is_on = models.BooleanField(_("Limits apply"), default=True)
    most_request = fields.amount(
        _("At most a request"), null=True, blank=True, validators=[MinValueValidator(Decimal("0.01"))],
        help_text=_("In the currency of the legal entity. Left empty, a request may come to anything."),
    )  # fmt: skip
    most_year = fields.amount(
        _("At most a year"), null=True, blank=True, validators=[MinValueValidator(Decimal("0.01"))],
        help_text=_("For one department and category, all such requests of a calendar year together."),
    )  # fmt: skip

    class Meta(FirmRule.Meta):
        verbose_name = _("Low-value limit")
        verbose_name_plural = _("Low-value limits")

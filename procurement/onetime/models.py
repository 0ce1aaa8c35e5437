"""What a firm allows to be bought from one-time suppliers."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from srm.core import fields
from srm.org.firm_rules import FirmRule

RULES = "onetime.rules"


class OnceRule(FirmRule):
    """Whether a firm buys from suppliers that are not in its directory, and how much of it.

    An order may come to `most_amount` (the firm's currency, net), and `most_orders` go to one such supplier, ever: who
    is wanted more often is entered as a regular one.
    """

    permission, page = RULES, "onetime:oncerule-detail"

    is_on = models.BooleanField(_("One-time suppliers are allowed"), default=True)
    most_amount = fields.amount(_("At most an order"), validators=[MinValueValidator(Decimal("0.01"))])
    most_orders = models.PositiveSmallIntegerField(
        _("Orders to one supplier"), default=1, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )

    class Meta(FirmRule.Meta):
        verbose_name = _("Rule of one-time suppliers")
        verbose_name_plural = _("Rules of one-time suppliers")
        constraints = [
            models.CheckConstraint(
                condition=Q(most_amount__gt=0) & Q(most_orders__gte=1), name="oncerule_allows_something"
            )
        ]

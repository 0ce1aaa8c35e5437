"""A proposal to buy another item than the one that was asked for."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from procurement.requests.models import RequestLine
from srm.catalog.models import Item, Unit
from srm.core import clock, fields
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped


class Outcome(models.TextChoices):
    OPEN = "open", _("Waiting for an answer")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Run out")


class SubstituteQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """Proposals follow the line they are for."""
        return self.filter(line__in=RequestLine.objects.visible_to(actor).order_by().values("pk"))

    def open(self):
        """Those that wait for an answer."""
        return self.filter(outcome=Outcome.OPEN)


class SubstituteProposal(ScopedModel):
    """`quantity` of `item`, in its base unit, instead of `base_quantity` base units of what `line` asks for.

    `asked_for` keeps what the line said then; `price` is per `unit`, `amount` what it would cost together, both in the
    line's currency; `amount_before` is what the part cost until then.
    """

    public_id = fields.public_id()
    line = models.ForeignKey(RequestLine, models.CASCADE, related_name="+", verbose_name=_("Request line"))
    asked_for = models.CharField(_("Asked for"), max_length=300, editable=False)
    item = models.ForeignKey(Item, models.PROTECT, related_name="+", verbose_name=_("Proposed item"))
    base_quantity = fields.quantity(_("Instead of"))
    base_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    quantity = fields.quantity(validators=[MinValueValidator(Decimal("0.0001"))])
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("Unit"), db_index=False)
    price = fields.price(_("Price, about"), null=True, blank=True)
    currency = fields.currency(default="EUR")
    amount = fields.amount(_("Amount, about"), default=0)
    amount_before = fields.amount(_("Amount before"), default=0)
    reason = models.CharField(_("Reason"), max_length=500)
    # What whoever plans reads on the line meanwhile; empty where the line was held back already.
    hold = models.CharField(max_length=300, blank=True, editable=False)
    outcome = models.CharField(_("Outcome"), max_length=10, choices=Outcome, default=Outcome.OPEN, editable=False)
    answer = models.CharField(_("Answer"), max_length=500, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False,
        verbose_name=_("Proposed by"),
    )  # fmt: skip
    created_at = models.DateTimeField(_("Proposed"), default=clock.now, editable=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False,
        verbose_name=_("Answered by"),
    )  # fmt: skip
    answered_at = models.DateTimeField(_("Answered"), null=True, editable=False)

    objects = scoped(SubstituteQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Proposed substitute")
        verbose_name_plural = _("Proposed substitutes")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["line"], condition=Q(outcome="open"), name="substitute_one_open",
                violation_error_message=_("Another item is proposed for this line already."),
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0) & Q(base_quantity__gt=0), name="substitute_quantities_positive"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="substitute_created"),
            models.Index(fields=["line"], name="substitute_line"),
        ]

    def __str__(self) -> str:
        return f"{self.asked_for} → {self.item}"

"""Demand and its lines."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from srm.catalog.models import Category, Item, Unit
from srm.core import fields
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped
from srm.flow.document import Document


class PlanningQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """For those who plan, tender, approve or audit."""
        return self if actor.may("planning.view") else self.none()


class Demand(Document):
    """One aggregation of approved needs of a legal entity."""

    class Window(models.TextChoices):
        """Whose dates lie so that they go together; weeks begin on Monday."""

        DAYS = "days", _("Within so many days")
        WEEK = "week", _("Of one week")
        MONTH = "month", _("Of one month")

    series = "D"
    page = "planning:demand-detail"

    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("Buyer")
    )
    title = models.CharField(_("Title"), max_length=150, blank=True)
    window = models.CharField(
        _("Need-by window"), max_length=5, choices=Window, default=Window.DAYS, db_default=Window.DAYS
    )
    window_days = models.PositiveSmallIntegerField(_("Need-by window, days"), default=7)
    line_count = models.PositiveIntegerField(_("Lines"), default=0, editable=False)
    need_count = models.PositiveIntegerField(_("Needs merged"), default=0, editable=False)
    department_count = models.PositiveIntegerField(_("Departments"), default=0, editable=False)
    run = models.CharField(max_length=22, blank=True, editable=False)

    objects = scoped(PlanningQuerySet)

    class Meta(Document.Meta):
        verbose_name = _("Demand")
        verbose_name_plural = _("Demand")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["-created_at", "-id"], name="demand_created")]


class DemandLine(ScopedModel):
    """Equal needs as one quantity in the base unit; `open_quantity` is what no tender or order has taken yet."""

    public_id = fields.public_id()
    demand = models.ForeignKey(Demand, models.CASCADE, related_name="lines")
    item = models.ForeignKey(Item, models.PROTECT, null=True, related_name="+", verbose_name=_("Item"))
    description = models.CharField(_("Description"), max_length=300, blank=True)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, related_name="+", verbose_name=_("Category"), db_index=False
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("Unit"), db_index=False)
    quantity = fields.quantity()
    open_quantity = fields.quantity(pgettext_lazy("quantity", "Open"))
    place = models.ForeignKey(
        "srm.Place", models.PROTECT, related_name="+", verbose_name=_("Delivery place"), db_index=False
    )
    need_from = models.DateField(_("First needed"))
    need_to = models.DateField(_("Last needed"))
    need_count = models.PositiveIntegerField(_("Needs"), default=0)
    estimate = fields.price(_("Price, about"), null=True)
    currency = fields.currency(default="EUR")

    objects = scoped(PlanningQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Demand line")
        verbose_name_plural = _("Demand lines")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=0) & Q(open_quantity__gte=0) & Q(open_quantity__lte=F("quantity")),
                name="demandline_in_range",
            )
        ]
        indexes = [models.Index(fields=["item", "need_from"], condition=Q(open_quantity__gt=0), name="demandline_open")]

    def __str__(self) -> str:
        return str(self.item) if self.item else self.description

    @property
    def what(self) -> str:
        return str(self)

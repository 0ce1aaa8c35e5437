"""Counts and their lines."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from srm.catalog.models import Item
from srm.core import fields
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped
from srm.counts.lifecycle import CountLifecycle
from srm.flow.document import Document
from srm.stock.models import Location, Warehouse


class CountQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """For those who count or audit."""
        return self if actor.may("counts.view") else self.none()


class StockCount(CountLifecycle, Document):
    """One counting of a warehouse, or of one of its locations. `source` names the import that brought it."""

    series = "SC"
    page = "counts:stockcount-detail"
    tones = {"counting": "live", "posted": "good"}

    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="+", verbose_name=_("Warehouse"))
    location = models.ForeignKey(
        Location, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Location"),
        help_text=_("Left empty: the whole warehouse."),
    )  # fmt: skip
    counted_on = models.DateField(_("Date"))
    reason = models.CharField(_("Why"), max_length=200)
    source = models.CharField(max_length=22, blank=True, editable=False)
    line_count = models.PositiveIntegerField(_("Lines"), default=0, editable=False)
    difference_count = models.PositiveIntegerField(_("Differences"), default=0, editable=False)

    objects = scoped(CountQuerySet)

    class Meta(Document.Meta):
        verbose_name = _("Stock count")
        verbose_name_plural = _("Stock counts")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["-created_at", "-id"], name="stockcount_created")]


class CountLine(ScopedModel):
    """What the books say of one item (`expected`, when the figure came in) and what was counted, in base units."""

    public_id = fields.public_id()
    count = models.ForeignKey(StockCount, models.CASCADE, related_name="lines")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+", verbose_name=_("Item"))
    expected = fields.quantity(_("Books"), default=0)
    counted = fields.quantity(_("Counted"), null=True, blank=True)
    note = models.CharField(_("Note"), max_length=300, blank=True)

    objects = scoped(CountQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Line of a count")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["count", "item"], name="countline_once"),
            models.CheckConstraint(
                condition=Q(counted__isnull=True) | Q(counted__gte=0), name="countline_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return str(self.item)

    @property
    def difference(self) -> Decimal | None:
        """What is there more (or less) than the books say; None while it is not counted."""
        return None if self.counted is None else self.counted - self.expected

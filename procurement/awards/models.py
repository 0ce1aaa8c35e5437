"""Awards and their lines."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from procurement.awards.lifecycle import AwardLifecycle, AwardState
from procurement.bids.models import BidLine
from procurement.tenders.models import LotLine, Tender
from srm.core import fields
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped
from srm.flow.document import Document
from suppliers.registry.models import Supplier


class AwardQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """Staff with the right. Suppliers learn their result from their own offer."""
        return self if actor.may("awards.view") and not actor.is_supplier else self.none()


class OfAwardQuerySet(ScopedQuerySet):
    """Parts of an award."""

    def visible_to(self, actor):
        return self.filter(award__in=Award.objects.visible_to(actor))


class Award(AwardLifecycle, Document):
    """One proposal of who delivers what; `reason` says why where the cheapest is not chosen."""

    series = "AW"
    page = "awards:award-detail"
    stages = (AwardState.PROPOSED, AwardState.FINAL)

    tender = models.ForeignKey(Tender, models.PROTECT, related_name="+", verbose_name=_("Tender"))
    reason = models.TextField(_("Reason"), blank=True, max_length=2000)
    currency = fields.currency(default="EUR")
    total = fields.amount(_("Total"), default=0)
    baseline_total = fields.amount(_("Baseline"), default=0)
    compared_total = fields.amount(_("Total where a baseline is known"), default=0)
    cheapest_total = fields.amount(_("Cheapest possible"), default=0)

    objects = scoped(AwardQuerySet)

    class Meta(Document.Meta):
        verbose_name = _("Award")
        verbose_name_plural = _("Awards")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["-created_at", "-id"], name="award_created")]
        constraints = [
            models.UniqueConstraint(
                fields=["tender"], condition=Q(state__in=["proposed", "final"]), name="award_one_live_per_tender"
            )
        ]

    @property
    def saving(self) -> Decimal:
        """Below the baseline, over the lines that have one (negative: above)."""
        return self.baseline_total - self.compared_total

    @property
    def saving_part(self) -> Decimal | None:
        """The same as a share of the baseline."""
        return self.saving / self.baseline_total if self.baseline_total else None


class AwardLine(ScopedModel):
    """One lot line to one supplier at the price of its offer."""

    award = models.ForeignKey(Award, models.CASCADE, related_name="lines")
    lot_line = models.ForeignKey(LotLine, models.PROTECT, related_name="+")
    bid_line = models.ForeignKey(BidLine, models.PROTECT, related_name="+")
    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="+")
    quantity = fields.quantity()
    net = fields.amount(_("Net"))
    landed = fields.amount(_("Landed"))

    objects = scoped(OfAwardQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Award line")
        ordering = ["lot_line__position", "pk"]
        constraints = [models.UniqueConstraint(fields=["award", "lot_line"], name="awardline_once")]

    def __str__(self) -> str:
        return f"{self.lot_line} → {self.supplier}"

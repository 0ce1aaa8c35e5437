"""Assessments and the places of their subjects."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from kraljic.lifecycle import AssessmentLifecycle
from srm.catalog.models import Category
from srm.core import fields
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped
from srm.flow.document import Document
from suppliers.registry.models import Supplier


class KraljicQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """Strategy is not for suppliers, nor for everybody in the firm."""
        return self if actor.may("kraljic.view") and not actor.is_supplier else self.none()


class Assessment(AssessmentLifecycle, Document):
    """One reading of the matrix over a period, of categories or of suppliers, with the scheme it used.

    `scheme` holds weights, directions, thresholds and caps, so that every figure can be computed again.
    """

    class Subject(models.TextChoices):
        CATEGORY = "category", _("Categories")
        SUPPLIER = "supplier", _("Suppliers")

    series = "KM"
    page = "kraljic:assessment-detail"

    subject = models.CharField(_("Of"), max_length=8, choices=Subject)
    period_from = models.DateField(_("From"))
    period_to = models.DateField(_("To"))
    scheme = models.JSONField(default=dict, editable=False)
    total_spend = fields.amount(_("Spend"), default=0, editable=False)
    currency = fields.currency(default="EUR")

    objects = scoped(KraljicQuerySet)

    class Meta(Document.Meta):
        verbose_name = _("Assessment")
        verbose_name_plural = _("Assessments")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["-created_at", "-id"], name="assessment_created")]


class OfAssessmentQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        return self.filter(assessment__in=Assessment.objects.visible_to(actor))


class Placement(ScopedModel):
    """Where one category or supplier stands. `criteria` lists, per criterion, what was measured and what it adds.

    `quadrant` is empty where less than the scheme's share of the weights could be measured.
    """

    public_id = fields.public_id()
    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="placements")
    category = models.ForeignKey(Category, models.CASCADE, null=True, related_name="+")
    supplier = models.ForeignKey(Supplier, models.CASCADE, null=True, related_name="+")
    risk = models.DecimalField(_("Supply risk"), max_digits=7, decimal_places=6)
    profit = models.DecimalField(_("Profit impact"), max_digits=7, decimal_places=6)
    coverage = models.DecimalField(_("Weights known"), max_digits=5, decimal_places=4)
    spend = fields.amount(_("Spend"))
    quadrant = models.CharField(_("Quadrant"), max_length=12, choices=Category.Segment, blank=True)
    criteria = models.JSONField(default=list)

    objects = scoped(OfAssessmentQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Place on the matrix")
        ordering = ["-spend", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """What stands there: the category or the supplier."""
        return str(self.category or self.supplier)

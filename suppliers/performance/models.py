"""Delivery facts."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from srm.catalog.models import Item
from srm.core import clock, fields
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped
from suppliers.registry.models import Supplier


class FactQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """Staff with the right; a supplier sees facts about itself."""
        if actor.is_supplier:
            return self.filter(supplier_id=actor.supplier_id)
        return self if actor.may("performance.view") else self.none()


class PerformanceFact(ScopedModel):
    """One delivery of one order line: what was agreed and what came. Quantities in the item's base unit."""

    append_only = True

    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="+")
    item = models.ForeignKey(Item, models.PROTECT, null=True, related_name="+")
    ordered_on = models.DateField(null=True)
    planned_on = models.DateField(null=True)
    actual_on = models.DateField(db_index=True)
    ordered = fields.quantity(_("Ordered"))
    received = fields.quantity(_("Received"))
    rejected = fields.quantity(_("Rejected"), default=0)
    value = fields.amount(_("Value"), default=0)
    document_kind = models.CharField(max_length=80)
    document_id = models.CharField(max_length=40)
    line_id = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField(default=clock.now, editable=False)

    objects = scoped(FactQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Delivery fact")
        indexes = [models.Index(fields=["supplier", "actual_on"], name="fact_supplier_date")]

    def __str__(self) -> str:
        return f"{self.supplier_id} {self.actual_on}"

"""What production needs, as its schedule last said."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from srm.catalog.models import Item, Unit
from srm.core import clock, fields
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped


class ScheduledNeedQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """Of the own departments; all for buyers and auditors."""
        if actor.is_supplier or not actor.may("schedule.view"):
            return self.none()
        if actor.sees_all("requests"):
            return self
        mine = Q(pk__in=[])
        for path in actor.departments:
            mine |= Q(department__path__startswith=path)
        return self.filter(mine)


class ScheduledNeed(ScopedModel):
    """`quantity` of an item on one day for one production order, in `unit`; `base_quantity` is it in the base unit.

    Nothing is needed any more where it is 0. The lines that ask for it point here (`RequestLine.scheduled`). `origin` is
    where the last word came from, `seen_at` when; `is_gone` marks what a later schedule of the source did not name.
    """

    page = "requests:scheduledneed-detail"

    public_id = fields.public_id()
    department = models.ForeignKey("srm.Department", models.PROTECT, related_name="+", verbose_name=_("Department"))
    source = models.CharField(_("Source"), max_length=40)
    reference = models.CharField(_("Production order"), max_length=60)
    item = models.ForeignKey(Item, models.PROTECT, related_name="+", verbose_name=_("Item"))
    need_by = models.DateField(_("Needed by"))
    quantity = fields.quantity(default=0)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("Unit"), db_index=False)
    base_quantity = fields.quantity(default=0, editable=False)
    place = models.ForeignKey(
        "srm.Place", models.PROTECT, related_name="+", verbose_name=_("Delivery place"), db_index=False
    )
    cost_center = models.ForeignKey(
        "srm.CostCenter", models.PROTECT, related_name="+", verbose_name=_("Cost centre"), db_index=False
    )
    origin = models.CharField(_("Last named in"), max_length=150, blank=True)
    seen_at = models.DateTimeField(_("Last named"), default=clock.now)
    is_gone = models.BooleanField(_("Not named any more"), default=False)

    objects = scoped(ScheduledNeedQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Scheduled need")
        verbose_name_plural = _("Production schedule")
        ordering = ["need_by", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["department", "source", "reference", "item", "need_by"], name="scheduledneed_once"
            ),
            models.CheckConstraint(condition=Q(base_quantity__gte=Decimal(0)), name="scheduledneed_not_negative"),
        ]
        indexes = [
            models.Index(fields=["need_by", "id"], name="scheduledneed_need_by"),
            models.Index(fields=["source", "reference"], name="scheduledneed_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.item}"

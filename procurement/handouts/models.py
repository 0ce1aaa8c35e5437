"""Promises of stock to request lines."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from procurement.requests.models import RequestLine
from srm.catalog.models import Item
from srm.core import fields
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped
from srm.stock.models import Warehouse


class PromiseQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """For those who keep the store, plan or audit."""
        return self if actor.may("handouts.view") else self.none()

    def waiting(self):
        """What lies in the store for somebody who has not got it yet."""
        return self.filter(quantity__gt=F("handed_out"))


class Promise(ScopedModel):
    """So much of a warehouse's stock is kept for one request line, in base units; `handed_out` of it left the store.

    It was free stock, or it was bought for the line and came.

    `value` is what the handed out part was worth, in the base currency. `need_by` is the line's, for the list's index.
    """

    class Origin(models.TextChoices):
        STOCK = "stock", _("Own stock")
        BOUGHT = "bought", _("Bought for it")

    page = "handouts:promise-detail"

    public_id = fields.public_id()
    request_line = models.ForeignKey(
        RequestLine, models.PROTECT, related_name="+", verbose_name=_("Request line"), db_index=False
    )
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="+", verbose_name=_("Warehouse"))
    item = models.ForeignKey(Item, models.PROTECT, related_name="+", verbose_name=_("Item"))
    quantity = fields.quantity(pgettext_lazy("stock", "Promised"))
    handed_out = fields.quantity(_("Handed out"), default=0)
    value = fields.amount(_("Value"), default=0)
    need_by = models.DateField(_("Needed by"))
    origin = models.CharField(
        _("Comes from"), max_length=6, choices=Origin, default=Origin.STOCK, db_default=Origin.STOCK
    )

    objects = scoped(PromiseQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Promise from stock")
        verbose_name_plural = _("Promises from stock")
        ordering = ["need_by", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["request_line", "warehouse", "origin"], name="promise_once"),
            models.CheckConstraint(
                condition=Q(handed_out__gte=0) & Q(quantity__gte=F("handed_out")), name="promise_in_range"
            ),
        ]
        indexes = [
            models.Index(fields=["need_by", "id"], condition=Q(quantity__gt=F("handed_out")), name="promise_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.item.article} · {self.warehouse.code}"

    @property
    def rest(self) -> Decimal:
        """What still lies in the store for this need."""
        return self.quantity - self.handed_out

    @property
    def code(self) -> str:
        """How the ledger of allocations calls it: by its store."""
        return self.warehouse.code

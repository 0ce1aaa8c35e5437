"""Goods receipts and their lines."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from procurement.orders.models import OrderLine, PurchaseOrder
from procurement.receipts.lifecycle import ReceiptLifecycle, ReceiptState
from procurement.requests.models import RequestLine
from srm.core import fields
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped
from srm.flow.document import Document
from srm.stock.models import Warehouse


class ReceiptQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """Staff with the right; a supplier sees what was posted of its own orders."""
        if actor.is_supplier:
            return self.filter(order__supplier_id=actor.supplier_id).exclude(state=ReceiptState.DRAFT)
        return self if actor.may("receipts.view") else self.none()


class OfReceiptQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        return self.filter(receipt__in=GoodsReceipt.objects.visible_to(actor))


class GoodsReceipt(ReceiptLifecycle, Document):
    """One delivery of one order at one warehouse."""

    series = "GR"
    page = "receipts:goodsreceipt-detail"

    order = models.ForeignKey(PurchaseOrder, models.PROTECT, related_name="+", verbose_name=_("Order"))
    warehouse = models.ForeignKey(
        Warehouse, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Warehouse")
    )
    received_on = models.DateField(_("Received"))
    delivery_note = models.CharField(_("Delivery note"), max_length=60, blank=True)
    note = models.TextField(_("Note"), blank=True, max_length=1000)
    value = fields.amount(_("Value"), default=0, editable=False)

    objects = scoped(ReceiptQuerySet)

    class Meta(Document.Meta):
        verbose_name = _("Receipt")
        verbose_name_plural = _("Receipts")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="receipt_created"),
            models.Index(fields=["received_on", "id"], name="receipt_received_on"),
        ]


class ReceiptLine(ScopedModel):
    """What came of one order line, in the order line's base unit: `quantity` accepted, `rejected` sent back or refused.

    `base_net` is the accepted quantity's value at the order's price, in the base currency. `need` is whom it came for,
    where he confirmed it himself; otherwise the order's rule says who gets what.
    """

    public_id = fields.public_id()
    receipt = models.ForeignKey(GoodsReceipt, models.CASCADE, related_name="lines")
    order_line = models.ForeignKey(OrderLine, models.PROTECT, related_name="+")
    quantity = fields.quantity(_("Accepted"), default=0)
    rejected = fields.quantity(_("Rejected"), default=0)
    reason = models.CharField(_("Why rejected"), max_length=300, blank=True)
    base_net = fields.amount(_("Value"), default=0, editable=False)

    need = models.ForeignKey(RequestLine, models.PROTECT, null=True, editable=False, related_name="+", db_index=False)

    objects = scoped(OfReceiptQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Receipt line")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["receipt", "order_line"], condition=Q(need__isnull=True), name="receiptline_once"
            ),
            models.UniqueConstraint(fields=["receipt", "order_line", "need"], name="receiptline_once_for"),
            models.CheckConstraint(
                condition=Q(quantity__gte=0) & Q(rejected__gte=0) & (Q(quantity__gt=0) | Q(rejected__gt=0)),
                name="receiptline_in_range",
            ),
        ]

    def __str__(self) -> str:
        return str(self.order_line)

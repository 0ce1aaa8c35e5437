"""Receipts over HTTP."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework import serializers

from procurement.orders.models import OrderLine, PurchaseOrder
from procurement.receipts import services
from procurement.receipts.models import GoodsReceipt, ReceiptLine
from procurement.receipts.views import ReceiptFilter, ReceiptList
from srm.rest.fields import DecimalField, RefField
from srm.rest.router import register
from srm.rest.serializers import LineSerializer, Serializer
from srm.rest.viewsets import DocumentViewSet


class ReceiptLineSerializer(LineSerializer):
    """What came of one order line, in its base unit."""

    what = serializers.CharField(source="order_line.what")
    order_line = RefField(OrderLine)
    quantity = DecimalField(places=4, minimum=0, required=False)
    rejected = DecimalField(places=4, minimum=0, required=False)

    class Meta:
        model = ReceiptLine
        fields = ("what", "order_line", "quantity", "rejected", "reason", "base_net")
        writable = ("order_line", "quantity", "rejected", "reason")


class ReceiptSerializer(Serializer):
    """A receipt with its lines; post it by the move."""

    order = RefField(PurchaseOrder)
    lines = ReceiptLineSerializer(many=True)

    class Meta:
        model = GoodsReceipt
        fields = (
            "number", "state", "order", "warehouse", "received_on", "delivery_note", "note", "value", "lines", "version",
            "created_at",
        )  # fmt: skip
        writable = ("order", "warehouse", "received_on", "delivery_note", "note", "lines")


class ReceiptViewSet(DocumentViewSet):
    """Goods receipts."""

    model = GoodsReceipt
    serializer_class = ReceiptSerializer
    permissions = {"view": "receipts.view", "create": "receipts.create", "update": "receipts.create"}
    filterset_class = ReceiptFilter
    sorts = ReceiptList.sorts
    create_service = services.create_receipt
    update_service = services.update_receipt

    def queryset(self) -> QuerySet:
        rows = super().queryset().select_related("order__supplier")
        return rows.prefetch_related("lines__order_line__item", "lines__order_line__order")


register("receipts", ReceiptViewSet)

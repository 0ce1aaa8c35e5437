"""Receipts over HTTP."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from procurement.orders.models import OrderLine, PurchaseOrder
from procurement.receipts import confirming, services
from procurement.receipts.models import GoodsReceipt, ReceiptLine
from procurement.receipts.views import ReceiptFilter, ReceiptList
from procurement.requests.models import PurchaseRequest
from srm.core.errors import Missing
from srm.rest.fields import DecimalField, RefField
from srm.rest.router import register, register_view
from srm.rest.serializers import InputSerializer, LineSerializer, Serializer
from srm.rest.viewsets import ApiView, DocumentViewSet


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


class DueSerializer(serializers.Serializer):
    """What of a request the caller may confirm."""

    id = serializers.CharField(source="key")
    line = serializers.CharField(source="need.public_id", help_text="The request line's id")
    what = serializers.CharField(source="need.what")
    order = serializers.CharField(source="line.order.number")
    supplier = serializers.CharField(source="line.order.supplier.name")
    quantity = DecimalField(places=4, help_text="Still to come, in the line's base unit")
    expected_on = serializers.DateField(source="on", allow_null=True)


class ConfirmLineInput(InputSerializer):
    """How much of it was done or came, in its base unit."""

    id = serializers.CharField(max_length=45)
    quantity = DecimalField(places=4, minimum=0)


class ConfirmInput(InputSerializer):
    """A confirmation; what is left out stays to come."""

    received_on = serializers.DateField()
    note = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")
    lines = ConfirmLineInput(many=True)


class ConfirmView(ApiView):
    """What the caller confirms of his request: services, and goods that came straight to him."""

    permission = "receipts.confirm"

    def _request(self, public_id: str) -> PurchaseRequest:
        found = PurchaseRequest.objects.visible_to(self.actor).filter(public_id=public_id).first()
        if found is None:
            raise Missing()
        return found

    @extend_schema(responses=DueSerializer(many=True), operation_id="requests_confirm_due")
    def get(self, request: Any, id: str) -> Response:
        """What is still to come and waits for the caller's word."""
        return Response(DueSerializer(confirming.due_for(self.actor, request=self._request(id)), many=True).data)

    @extend_schema(request=ConfirmInput, responses=DueSerializer(many=True), operation_id="requests_confirm")
    def post(self, request: Any, id: str) -> Any:
        """What is still to come after it."""

        def work() -> Response:
            document = self._request(id)
            values = ConfirmInput(data=self.body(), context=self.get_serializer_context())
            values.is_valid(raise_exception=True)
            confirming.confirm(document, actor=self.actor, **values.validated_data)
            return self.get(request, id)

        return self.write(work)


register("receipts", ReceiptViewSet)
register_view("requests/<str:id>/confirm/", ConfirmView, "requests-confirm")

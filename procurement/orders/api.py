"""Orders over HTTP, for staff and for their suppliers."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from procurement.orders import costs, deciding, services
from procurement.orders.filters import OrderFilter
from procurement.orders.forms import PeriodForm
from procurement.orders.models import OrderLine, PurchaseOrder
from procurement.orders.views import SORTS
from procurement.requests.work import WORK
from srm.core.errors import InvalidInput, Missing
from srm.rest.router import register, register_view
from srm.rest.serializers import LineSerializer, Serializer
from srm.rest.viewsets import ApiView, DocumentViewSet


class OrderLineSerializer(LineSerializer):
    """What is ordered."""

    what = serializers.CharField()

    class Meta:
        model = OrderLine
        fields = (
            "position", "what", "item", "description", "category", "quantity", "unit", "base_quantity", "price",
            "price_basis", "net", "need_by", "confirmed_on", "confirmed_quantity", "received_quantity",
            "cut_quantity", *WORK,
        )  # fmt: skip
        writable = ("item", "description", "quantity", "unit", "price", "price_basis", "need_by")


class OrderSerializer(Serializer):
    """An order with its lines."""

    supplier_name = serializers.CharField(source="supplier.name")
    lines = OrderLineSerializer(many=True)

    class Meta:
        model = PurchaseOrder
        fields = (
            "number", "external_number", "state", "source", "legal_entity", "supplier", "supplier_name", "place",
            "cost_center", "currency", "incoterm", "payment_days", "ordered_on", "due_on", "net_total", "base_total", "freight",
            "share_rule", "note",
            "lines", "version", "created_at",
        )  # fmt: skip
        writable = (
            "legal_entity", "supplier", "place", "cost_center", "currency", "incoterm", "payment_days", "freight",
            "share_rule", "note", "lines",
        )  # fmt: skip


class PortalOrderViewSet(DocumentViewSet):
    """A supplier's own orders; it confirms them by the move."""

    model = PurchaseOrder
    serializer_class = OrderSerializer
    permissions = {"view": "portal.orders"}
    sorts = SORTS

    def queryset(self) -> QuerySet:
        return super().queryset().prefetch_related("lines__item", "lines__unit", "lines__category")


class OrderViewSet(PortalOrderViewSet):
    """Purchase orders."""

    permissions = {"view": "orders.view", "create": "orders.edit", "update": "orders.edit"}
    filterset_class = OrderFilter
    create_service = services.create_order
    update_service = services.update_order


class AskOrderView(ApiView):
    """Send a draft to those whom the approval rules name."""

    permission = "orders.edit"

    @extend_schema(request=None, responses=OrderSerializer, operation_id="orders_ask_approval")
    def post(self, request: Any, id: str) -> Any:
        """The order, still a draft."""

        def work() -> Response:
            order = PurchaseOrder.objects.visible_to(self.actor).filter(public_id=id).first()
            if order is None:
                raise Missing()
            asked = deciding.ask(order, actor=self.actor)
            return Response(OrderSerializer(asked, context=self.get_serializer_context()).data)

        return self.write(work)


register("orders", OrderViewSet)
register_view("orders/<str:id>/ask-approval/", AskOrderView, "orders-ask-approval")
register("portal-orders", PortalOrderViewSet)


class CostSerializer(serializers.Serializer):
    """What one department's needs came to, net of VAT and without freight."""

    department = serializers.CharField(source="department.public_id")
    name = serializers.CharField(source="department.name")
    currency = serializers.CharField()
    needs = serializers.IntegerField()
    approved = serializers.CharField(help_text="At the prices at which the needs were approved")
    ordered = serializers.CharField()
    received = serializers.CharField()
    saving = serializers.CharField(help_text="Below the approved prices; negative: above")


PERIOD = [
    OpenApiParameter("since", OpenApiTypes.DATE, description="First day; this year's by default"),
    OpenApiParameter("until", OpenApiTypes.DATE, description="Last day; today by default"),
]


class CostsView(ApiView):
    """Costs and savings by department, of orders sent in a period; each reader gets the departments he sees."""

    permission = "requests.view"

    @extend_schema(parameters=PERIOD, responses=CostSerializer(many=True), operation_id="department_costs")
    def get(self, request: Any) -> Response:
        """The departments, the largest first."""
        form = PeriodForm(request.query_params)
        if not form.is_valid():
            raise InvalidInput({name: list(found) for name, found in form.errors.items()})
        return Response(CostSerializer(costs.by_department(self.actor, *form.period()), many=True).data)


register_view("department-costs/", CostsView, "department-costs")

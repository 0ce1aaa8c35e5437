"""Orders over HTTP, for staff and for their suppliers."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from procurement.orders import agreed, costs, deciding, services
from procurement.orders.filters import OrderFilter
from procurement.orders.forms import PeriodForm
from procurement.orders.models import OrderLine, PurchaseOrder
from procurement.orders.views import SORTS
from procurement.planning import services as planning
from procurement.planning.models import Demand, DemandLine
from procurement.requests.work import WORK
from srm.catalog.models import Category
from srm.core.errors import InvalidInput, Missing
from srm.people.models import CostCenter, LegalEntity
from srm.rest.fields import RefField
from srm.rest.router import register, register_view
from srm.rest.serializers import InputSerializer, LineSerializer, Serializer
from srm.rest.viewsets import ApiView, DocumentViewSet
from suppliers.items.models import SupplierItem


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

    permission, parameters = "requests.view", ("since", "until")

    @extend_schema(parameters=PERIOD, responses=CostSerializer(many=True), operation_id="department_costs")
    def get(self, request: Any) -> Response:
        """The departments, the largest first."""
        form = PeriodForm(request.query_params)
        if not form.is_valid():
            raise InvalidInput({name: list(found) for name, found in form.errors.items()})
        return Response(CostSerializer(costs.by_department(self.actor, *form.period()), many=True).data)


register_view("department-costs/", CostsView, "department-costs")


class AgreedInput(InputSerializer):
    """Which demand lines. With `supplier_item` one line is ordered so; without, each at its best agreed price."""

    demand_lines = serializers.ListField(child=RefField(DemandLine), min_length=1, max_length=500)
    supplier_item = RefField(SupplierItem, required=False, allow_null=True, default=None)
    quantity = serializers.DecimalField(
        max_digits=15,
        decimal_places=4,
        required=False,
        allow_null=True,
        default=None,
        help_text="In the supplier's unit",
    )
    need_by = serializers.DateField(required=False, allow_null=True, default=None)
    cost_center = RefField(CostCenter, required=False, allow_null=True, default=None)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """A supplier's article goes with one line and a quantity."""
        if data["supplier_item"] and (len(data["demand_lines"]) != 1 or data["quantity"] is None):
            raise serializers.ValidationError({"quantity": _("Name one demand line and the quantity to be ordered.")})
        return data


class LeftSerializer(serializers.Serializer):
    """A demand line that was not ordered, and why."""

    demand_line = serializers.CharField()
    reason = serializers.CharField()


class AgreedOutcomeSerializer(serializers.Serializer):
    """The draft orders that were written, and what was left."""

    orders = OrderSerializer(many=True)
    left = LeftSerializer(many=True)


def answered(outcome: agreed.Outcome, context: dict[str, Any]) -> Response:
    """An outcome as programs read it."""
    left = [{"demand_line": line.public_id, "reason": reason} for line, reason in outcome.left]
    orders = OrderSerializer(outcome.orders, many=True, context=context).data
    return Response({"orders": orders, "left": left}, status=201)


class OrderAgreedView(ApiView):
    """Write draft orders for demand lines at agreed prices."""

    permission = "orders.edit"

    @extend_schema(request=AgreedInput, responses={201: AgreedOutcomeSerializer}, operation_id="orders_agreed")
    def post(self, request: Any) -> Any:
        """The orders, and what was left open."""

        def work() -> Response:
            values = self.values(AgreedInput)
            lines, article = values["demand_lines"], values["supplier_item"]
            if article is None:
                outcome = agreed.order_agreed(actor=self.actor, demand_lines=lines)
            else:
                order = agreed.order_one(
                    actor=self.actor, demand_line=lines[0], article=article, quantity=values["quantity"],
                    need_by=values["need_by"], cost_center=values["cost_center"],
                )  # fmt: skip
                outcome = agreed.Outcome([order])
            return answered(outcome, self.get_serializer_context())

        return self.write(work)


class FirstInput(InputSerializer):
    """Whose open needs: a legal entity's, of one category's tree, or single request lines."""

    legal_entity = RefField(LegalEntity)
    category = RefField(Category, required=False, allow_null=True, default=None)
    lines = serializers.ListField(child=serializers.CharField(max_length=22), required=False, max_length=5000)
    window_days = serializers.IntegerField(min_value=0, max_value=planning.LONGEST, default=7)
    window = serializers.ChoiceField(choices=Demand.Window.choices, default=Demand.Window.DAYS)


class AgreementsFirstView(ApiView):
    """Order what of open needs stands under an agreed price; the rest stays open."""

    permission = "orders.edit"

    @extend_schema(request=FirstInput, responses={201: AgreedOutcomeSerializer}, operation_id="orders_agreements_first")
    def post(self, request: Any) -> Any:
        """The orders, and what was left open."""

        def work() -> Response:
            values = self.values(FirstInput)
            rows = planning.open_lines(values["legal_entity"], category=values["category"])
            if "lines" in values:
                rows = rows.filter(public_id__in=values["lines"])
            outcome = agreed.first_from_agreements(
                actor=self.actor, legal_entity=values["legal_entity"], lines=list(rows.values_list("pk", flat=True)),
                window=values["window"], window_days=values["window_days"],
            )  # fmt: skip
            return answered(outcome, self.get_serializer_context())

        return self.write(work)


register_view("orders/agreed/", OrderAgreedView, "orders-agreed")
register_view("orders/agreements-first/", AgreementsFirstView, "orders-agreements-first")

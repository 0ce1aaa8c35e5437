"""One-time purchases over the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from procurement.onetime import filters, rules, services, views
from procurement.onetime.models import RULES, OnceRule
from procurement.orders.api import OrderSerializer
from procurement.orders.models import PurchaseOrder
from procurement.requests.models import PurchaseRequest
from srm.core.errors import Missing
from srm.rest.fields import AmountField, CurrencyField, PriceField, RefField
from srm.rest.router import register, register_view
from srm.rest.serializers import InputSerializer, Serializer
from srm.rest.viewsets import ApiView, DocumentViewSet
from suppliers.registry.models import Supplier


class OnceSellerInput(InputSerializer):
    """Who sells it, in short."""

    name = serializers.CharField(max_length=200)
    country = serializers.CharField(max_length=2, required=False, allow_blank=True)
    tax_id = serializers.CharField(max_length=20, required=False, allow_blank=True)
    email = serializers.EmailField(required=False, allow_blank=True)
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    address = serializers.CharField(max_length=500, required=False, allow_blank=True)


class OnceLineInput(InputSerializer):
    """A line of the request, and its price per unit (of the line; of the item's base unit where part of it is taken)."""

    line = serializers.CharField(max_length=22)
    price = PriceField()


class OnceInput(InputSerializer):
    """What is ordered, and from whom: `supplier` entered before, or `seller`."""

    lines = OnceLineInput(many=True)
    supplier = RefField(Supplier, required=False, allow_null=True)
    seller = OnceSellerInput(required=False)
    currency = CurrencyField(required=False)
    freight = AmountField(required=False)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class OrderOnceView(ApiView):
    """A draft order to a one-time supplier for open lines of a request."""

    permission = services.EDIT

    @extend_schema(request=OnceInput, responses={201: OrderSerializer}, operation_id="requests_order_once")
    def post(self, request: Any, id: str) -> Any:
        """The new order."""

        def work() -> Response:
            document = PurchaseRequest.objects.visible_to(self.actor).filter(public_id=id).first()
            if document is None:
                raise Missing()
            order = services.order_once(actor=self.actor, request=document, **self.values(OnceInput))
            fresh = PurchaseOrder.objects.visible_to(self.actor).get(pk=order.pk)
            return Response(OrderSerializer(fresh, context=self.get_serializer_context()).data, status=201)

        return self.write(work)


class OnceRuleSerializer(Serializer):
    """Whether a firm buys from one-time suppliers; `most_amount` of an order in the firm's currency."""

    class Meta:
        model = OnceRule
        fields = ("legal_entity", "is_on", "most_amount", "most_orders", "version")
        writable = fields[:-1]


class OnceRuleViewSet(DocumentViewSet):
    """Which firms buy from one-time suppliers, and up to what."""

    model, serializer_class = OnceRule, OnceRuleSerializer
    permissions = {"view": RULES, "create": RULES, "update": RULES}
    filterset_class, sorts = filters.RuleFilter, views.RuleList.sorts
    create_service, update_service = rules.create_rule, rules.update_rule


register("once-rules", OnceRuleViewSet)
register_view("requests/<str:id>/order-once/", OrderOnceView, "requests-order-once")

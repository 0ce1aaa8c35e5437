"""The shop over the API."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from procurement.requests.api import RequestSerializer
from procurement.requests.models import PurchaseRequest
from procurement.shop import filters, rule_views, rules, selectors, services, views, waiting
from procurement.shop.models import CREATE, RULES, ShopRule
from srm.core.errors import Missing
from srm.people.models import CostCenter, Department, Place
from srm.rest.fields import QuantityField, RefField
from srm.rest.router import register, register_view
from srm.rest.serializers import InputSerializer, LineSerializer, Serializer
from srm.rest.viewsets import ApiView, DocumentViewSet
from suppliers.items.models import SupplierItem, SupplierPrice
from suppliers.items.selectors import with_prices


class AgreedPriceSerializer(LineSerializer):
    """The agreed price of one unit from a quantity on; the limits are for one order."""

    class Meta:
        model = SupplierPrice
        fields = (
            "from_quantity",
            "price",
            "currency",
            "valid_from",
            "valid_to",
            "agreement",
            "max_quantity",
            "max_amount",
            "total_quantity",
            "total_amount",
        )


class ShopItemSerializer(Serializer):
    """An article under a price agreement."""

    supplier_name = serializers.CharField(source="supplier.name")
    item_name = serializers.CharField(source="item.name")
    prices = serializers.SerializerMethodField()

    class Meta:
        model = SupplierItem
        fields = (
            "item", "item_name", "supplier_name", "unit", "factor", "min_quantity", "multiple", "lead_days", "prices",
        )  # fmt: skip

    @extend_schema_field(AgreedPriceSerializer(many=True))
    def get_prices(self, row: SupplierItem) -> list[dict[str, Any]]:
        """Those of today, by quantity."""
        return list(AgreedPriceSerializer(selectors.agreed_prices(row), many=True, context=self.context).data)


class ShopItemViewSet(DocumentViewSet):
    """What can be asked for at an agreed price."""

    model, serializer_class = SupplierItem, ShopItemSerializer
    permissions = {"view": CREATE}
    filterset_class, sorts = filters.ShopFilter, views.ShopList.sorts

    def queryset(self) -> QuerySet:
        return with_prices(selectors.on_offer(self.actor))


class OnOffer(RefField):
    """An article of the shop, whether or not the caller may read price lists."""

    def __init__(self, **options: Any) -> None:
        super().__init__(SupplierItem, **options)

    def rows(self) -> QuerySet:
        return selectors.on_offer(self.context["actor"])


class WantedInput(InputSerializer):
    """So many of the article's own unit."""

    article = OnOffer()
    quantity = QuantityField()


class CartInput(InputSerializer):
    """What is asked for; `need_by` left out is the first day on which all of it can be delivered."""

    title = serializers.CharField(max_length=150)
    department = RefField(Department)
    cost_center = RefField(CostCenter)
    place = RefField(Place, required=False, allow_null=True)
    need_by = serializers.DateField(required=False, allow_null=True)
    note = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    lines = WantedInput(many=True)


class CheckoutView(ApiView):
    """A draft request for articles of the shop at their agreed prices."""

    permission = CREATE

    @extend_schema(request=CartInput, responses={201: RequestSerializer}, operation_id="shop_checkout")
    def post(self, request: Any) -> Any:
        """The new request; what was asked for leaves the caller's cart."""

        def work() -> Response:
            made = services.checkout(actor=self.actor, **self.values(CartInput))
            fresh = PurchaseRequest.objects.visible_to(self.actor).get(pk=made.pk)
            return Response(RequestSerializer(fresh, context=self.get_serializer_context()).data, status=201)

        return self.write(work)


class ShopRuleSerializer(Serializer):
    """Whether a firm orders by itself what was chosen in the shop; `most_amount` in the firm's currency."""

    class Meta:
        model = ShopRule
        fields = ("legal_entity", "is_on", "most_amount", "sends", "buyer", "version")
        writable = fields[:-1]


class ShopRuleViewSet(DocumentViewSet):
    """Which firms order from the shop by themselves, and up to what."""

    model, serializer_class = ShopRule, ShopRuleSerializer
    permissions = {"view": RULES, "create": RULES, "update": RULES}
    filterset_class, sorts = filters.RuleFilter, rule_views.RuleList.sorts
    create_service, update_service = rules.create_rule, rules.update_rule


class OrderWaitingView(ApiView):
    """Try again what was chosen in the shop and approved, and stands in no order; follow the job at /api/v1/jobs/<id>/."""

    permission = RULES

    @extend_schema(
        request=None, operation_id="shop_rules_order_waiting",
        responses={202: {"type": "object", "properties": {"job": {"type": "string"}}}},
    )  # fmt: skip
    def post(self, request: Any, id: str) -> Any:
        """The job's id; its result says how many lines were ordered, and why the others were not."""

        def work() -> Response:
            rule = ShopRule.objects.visible_to(self.actor).filter(public_id=id).first()
            if rule is None:
                raise Missing()
            return Response({"job": waiting.order_waiting(rule, actor=self.actor).public_id}, status=202)

        return self.write(work)


register("shop-items", ShopItemViewSet)
register("shop-rules", ShopRuleViewSet)
register_view("shop-checkout/", CheckoutView, "shop-checkout")
register_view("shop-rules/<str:id>/order-waiting/", OrderWaitingView, "shop-rules-order-waiting")

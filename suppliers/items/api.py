"""Items at suppliers over the API, and the best offers for many needs at once."""

from __future__ import annotations

from django.db.models import QuerySet

from srm.rest.fields import CurrencyField
from srm.rest.router import register
from srm.rest.serializers import LineSerializer, Serializer
from srm.rest.viewsets import DocumentViewSet
from suppliers.items import selectors, services
from suppliers.items.filters import SupplierItemFilter
from suppliers.items.models import SupplierItem, SupplierPrice
from suppliers.items.views import SupplierItemList

VIEW, EDIT = "items.view", "items.edit"


class SupplierPriceSerializer(LineSerializer):
    """The price of one unit from a quantity on; `max_` limits one order, `total_` all of them together."""

    currency = CurrencyField(required=False)

    class Meta:
        model = SupplierPrice
        fields = (
            "basis", "from_quantity", "price", "currency", "valid_from", "valid_to", "agreement", "max_quantity", "max_amount",
            "total_quantity", "total_amount",
        )  # fmt: skip
        writable = fields


class SupplierItemSerializer(Serializer):
    """An item as a supplier sells it; `prices` is always the whole list."""

    prices = SupplierPriceSerializer(many=True, required=False)

    class Meta:
        model = SupplierItem
        fields = (
            "supplier", "item", "article", "name", "unit", "factor", "min_quantity", "multiple", "lead_days", "standing",
            "note", "prices", "version", "created_at", "updated_at",
        )  # fmt: skip
        writable = (
            "supplier", "item", "article", "name", "unit", "factor", "min_quantity", "multiple", "lead_days", "standing",
            "note", "prices",
        )  # fmt: skip
        extra_kwargs = {"unit": {"required": False}, "factor": {"required": False}}


class SupplierItemViewSet(DocumentViewSet):
    """What suppliers call our items, how they sell them, and at what prices."""

    model, serializer_class = SupplierItem, SupplierItemSerializer
    permissions = {"view": VIEW, "create": EDIT, "update": EDIT}
    filterset_class, sorts = SupplierItemFilter, SupplierItemList.sorts
    create_service, update_service = services.create_supplier_item, services.update_supplier_item

    def queryset(self) -> QuerySet:
        return selectors.with_prices(super().queryset())


register("supplier-items", SupplierItemViewSet)

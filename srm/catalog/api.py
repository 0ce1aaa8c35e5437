"""The catalog over the API: items and categories, read and written; units, read."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from srm.catalog import services
from srm.catalog.equivalents.api import StandInSerializer
from srm.catalog.equivalents.selectors import READ_ALONG, read_along
from srm.catalog.filters import CategoryFilter, ItemFilter, UnitFilter
from srm.catalog.models import Category, Item, ItemUnit, Unit
from srm.catalog.views import CategoryList, ItemList, UnitList
from srm.core.errors import Missing
from srm.rest.fields import CODE, CurrencyField
from srm.rest.router import register
from srm.rest.serializers import LineSerializer, Serializer
from srm.rest.viewsets import DocumentViewSet

VIEW, EDIT = "catalog.view", "catalog.edit"


class PackSerializer(LineSerializer):
    """A pack: one `unit` holds `factor` base units."""

    class Meta:
        model = ItemUnit
        fields = ("unit", "factor")
        writable = ("unit", "factor")


class ItemSerializer(Serializer):
    """An item; `packs` is always the whole list."""

    name = serializers.CharField()
    packs = PackSerializer(many=True, required=False)
    attributes = serializers.DictField(
        required=False, help_text=_("Values by the attribute's code; always all of them.")
    )
    currency = CurrencyField(required=False)
    equivalents = serializers.SerializerMethodField(help_text=_("What may be taken instead today."))

    class Meta:
        model = Item
        fields = (
            "article", "name", "name_en", "name_ru", "name_bg", "category", "base_unit", "description", "is_service",
            "reference_price", "currency", "margin_dependent", "replaced_by", "attributes", "packs", "equivalents", "state", "version",
            "created_at", "updated_at",
        )  # fmt: skip
        writable = (
            "article", "name_en", "name_ru", "name_bg", "category", "base_unit", "description", "is_service",
            "reference_price", "currency", "margin_dependent", "replaced_by", "attributes",
            "packs",
        )  # fmt: skip
        extra_kwargs = {"article": {"required": False}}

    @extend_schema_field(StandInSerializer(many=True))
    def get_equivalents(self, item: Item) -> Any:
        """Of the rows that the view read along."""
        return StandInSerializer(read_along(item), many=True).data


class ItemViewSet(DocumentViewSet):
    """What the firm buys, each under its internal article. Without an article a new item gets the next free one."""

    model, serializer_class = Item, ItemSerializer
    permissions = {"view": VIEW, "create": EDIT, "update": EDIT}
    filterset_class, sorts = ItemFilter, ItemList.sorts
    create_service, update_service = services.create_item, services.update_item

    def queryset(self) -> QuerySet:
        return super().queryset().prefetch_related("packs__unit", *READ_ALONG)


class CategorySerializer(Serializer):
    """A node of the item tree; `segment` is its place on the matrix."""

    name = serializers.CharField()

    class Meta:
        model = Category
        fields = (
            "code", "name", "name_en", "name_ru", "name_bg", "parent", "path", "segment", "buyer", "cpv", "okpd2",
            "unspsc", "codes", "is_active", "version",
        )  # fmt: skip
        writable = (
            "code",
            "name_en",
            "name_ru",
            "name_bg",
            "parent",
            "buyer",
            "cpv",
            "okpd2",
            "unspsc",
            "codes",
            "is_active",
        )


class CategoryViewSet(DocumentViewSet):
    """The tree of categories; `path` lists the codes from the root."""

    model, serializer_class = Category, CategorySerializer
    permissions = {"view": VIEW, "create": EDIT, "update": EDIT}
    filterset_class, sorts = CategoryFilter, CategoryList.sorts
    create_service, update_service = services.create_category, services.update_category

    def queryset(self) -> QuerySet:
        return super().queryset().prefetch_related("codes")


class UnitSerializer(Serializer):
    """A unit of measure; its id is its UN/ECE Recommendation 20 code."""

    id = serializers.CharField(source="code", read_only=True)
    name = serializers.CharField()
    symbol = serializers.CharField()

    class Meta:
        model = Unit
        fields = (
            "symbol", "symbol_en", "symbol_ru", "symbol_bg", "name", "name_en", "name_ru", "name_bg", "okei", "dimension",
            "factor",
        )  # fmt: skip


class UnitViewSet(DocumentViewSet):
    """Units of measure. `factor` says how many of its dimension's base unit one of it holds."""

    model, serializer_class = Unit, UnitSerializer
    permissions = {"view": VIEW}
    filterset_class, sorts = UnitFilter, UnitList.sorts

    def get_object(self) -> Any:
        """The unit with this code."""
        wanted = self.kwargs[self.lookup_url_kwarg]
        found = self.get_queryset().filter(code=wanted).first() if CODE.fullmatch(wanted) else None
        if found is None:
            raise Missing()
        return found


register("items", ItemViewSet)
register("categories", CategoryViewSet)
register("units", UnitViewSet)

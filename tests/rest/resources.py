"""A resource of these tests over the catalog's items: written by a service of its own, moved by their lifecycle."""

from __future__ import annotations

from typing import Any

from django.urls import include, path
from rest_framework import serializers

from srm.catalog.models import Category, Item
from srm.core.actor import Actor
from srm.flow import api as _moves  # noqa: F401  adds the routes of moves, as start-up does
from srm.flow import records
from srm.rest.router import NothingHere, RootView, urls_of
from srm.rest.serializers import LineSerializer, Serializer
from srm.rest.viewsets import DocumentViewSet
from srm.ui import filters

CALLS: list[str] = []


def create_item(*, actor: Actor, **values: Any) -> Item:
    CALLS.append("create")
    values.pop("packs", None)
    return records.create(Item, actor=actor, **values)


def update_item(item: Item, *, actor: Actor, version: int | None, **values: Any) -> Item:
    CALLS.append("update")
    values.pop("packs", None)
    return records.update(item, actor=actor, version=version, **values)


class ItemFilter(filters.FilterSet):
    article = filters.CharFilter(lookup_expr="startswith")
    state = filters.ChoiceFilter(choices=Item.State.choices)
    reference_price = filters.NumberRangeFilter()

    class Meta:
        model = Item
        fields: list[str] = []


class LineShape(LineSerializer):
    """Lines of no table: what is checked is the reading of them."""

    class Meta:
        model = Item
        fields = ("category", "reference_price")
        writable = ("category", "reference_price")

    def get_fields(self) -> dict[str, serializers.Field]:
        fields = super().get_fields()
        fields["reference_price"].required = True
        return fields


class ItemSerializer(Serializer):
    category_name = serializers.CharField(source="category.name")

    class Meta:
        model = Item
        fields = (
            "article", "name_en", "category", "category_name", "base_unit", "reference_price", "currency",
            "margin_dependent", "state", "version", "created_by",
        )  # fmt: skip
        writable = ("article", "name_en", "category", "base_unit", "reference_price", "currency", "margin_dependent")


class ItemViewSet(DocumentViewSet):
    """Things the firm buys."""

    model = Item
    serializer_class = ItemSerializer
    permissions = {"view": "catalog.view", "create": "catalog.edit", "update": "catalog.edit"}
    filterset_class = ItemFilter
    sorts = {"article": ("article", "id"), "-price": ("-reference_price", "-id")}
    create_service = create_item
    update_service = update_item


class CategorySerializer(Serializer):
    class Meta:
        model = Category
        fields = ("code", "name_en", "parent")


class CategoryViewSet(DocumentViewSet):
    """Read only."""

    model = Category
    serializer_class = CategorySerializer
    permissions = {"view": "catalog.view"}


patterns = [
    path("", RootView.as_view(), name="root"),
    *urls_of("things", ItemViewSet),
    *urls_of("groups", CategoryViewSet),
    path("<path:rest>", NothingHere.as_view(), name="nothing"),
]
urlpatterns = [path("api/v1/", include((patterns, "api")))]

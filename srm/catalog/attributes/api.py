"""Attributes over the API; their values are `attributes` of an item."""

from __future__ import annotations

from rest_framework import serializers

from srm.catalog.attributes import services
from srm.catalog.attributes.filters import AttributeFilter
from srm.catalog.attributes.models import Attribute
from srm.rest.router import register
from srm.rest.serializers import Serializer
from srm.rest.viewsets import DocumentViewSet

VIEW, EDIT = "catalog.view", "catalog.edit"


class AttributeSerializer(Serializer):
    """A question about every item of `category` and below; `choices` has one on each line."""

    name = serializers.CharField()

    class Meta:
        model = Attribute
        fields = (
            "category", "code", "kind", "unit", "choices", "name", "name_en", "name_ru", "name_bg", "is_required",
            "is_active", "position", "version",
        )  # fmt: skip
        writable = (
            "category", "code", "kind", "unit", "choices", "name_en", "name_ru", "name_bg", "is_required", "is_active",
            "position",
        )  # fmt: skip


class AttributeViewSet(DocumentViewSet):
    """What items are asked, by category; `?category=` lists inherited ones, too."""

    model, serializer_class = Attribute, AttributeSerializer
    permissions = {"view": VIEW, "create": EDIT, "update": EDIT}
    filterset_class, sorts = AttributeFilter, {"code": ("code", "id"), "-code": ("-code", "-id")}
    create_service, update_service = services.create_attribute, services.update_attribute


register("attributes", AttributeViewSet)

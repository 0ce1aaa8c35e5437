"""Equivalents over the API."""

from __future__ import annotations

from rest_framework import serializers

from srm.catalog.equivalents import services
from srm.catalog.equivalents.filters import EquivalentFilter
from srm.catalog.equivalents.models import ItemEquivalent
from srm.catalog.equivalents.views import EquivalentList
from srm.rest.router import register
from srm.rest.serializers import Serializer
from srm.rest.viewsets import DocumentViewSet

VIEW, EDIT = "catalog.view", "catalog.edit"


class EquivalentSerializer(Serializer):
    """`equivalent` may replace `item`: `factor` of its base units for one of the item's."""

    class Meta:
        model = ItemEquivalent
        fields = (
            "item", "equivalent", "factor", "both_ways", "note", "valid_from", "valid_to", "version", "created_at",
        )  # fmt: skip
        writable = ("item", "equivalent", "factor", "both_ways", "note", "valid_from", "valid_to")
        extra_kwargs = {"factor": {"required": False}}


class EquivalentViewSet(DocumentViewSet):
    """Items that may stand in for others; `?item=` lists those of one item, in either order."""

    model, serializer_class = ItemEquivalent, EquivalentSerializer
    permissions = {"view": VIEW, "create": EDIT, "update": EDIT}
    filterset_class, sorts = EquivalentFilter, EquivalentList.sorts
    create_service, update_service = services.name_equivalent, services.change_equivalent


class StandInSerializer(serializers.Serializer):
    """An item that may be taken instead, today."""

    item = serializers.CharField(source="item.public_id")
    article = serializers.CharField(source="item.article")
    factor = serializers.CharField(help_text="Base units of it for one of the wanted item's")
    note = serializers.CharField(source="row.note")


register("equivalents", EquivalentViewSet)

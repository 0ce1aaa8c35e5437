"""Merging items over the API."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from srm.catalog.merging import filters, selectors, services, views
from srm.catalog.merging.models import ItemMerge
from srm.catalog.models import Item
from srm.core.errors import Missing
from srm.rest.fields import PUBLIC_ID, DecimalField, RefField
from srm.rest.router import register, register_view
from srm.rest.serializers import InputSerializer, Serializer
from srm.rest.viewsets import ApiView, DocumentViewSet

VIEW, MERGE = "catalog.view", "catalog.merge"


class MovedSerializer(serializers.Serializer):
    """How many rows of one kind followed."""

    what = serializers.CharField()
    count = serializers.IntegerField()


class MergeSerializer(Serializer):
    """`loser` became part of `winner`; one base unit of the loser is `factor` of the winner's."""

    moved = serializers.SerializerMethodField()

    class Meta:
        model = ItemMerge
        fields = ("loser", "winner", "factor", "note", "merged_at", "undone_at", "moved", "version")

    @extend_schema(responses=MovedSerializer(many=True))
    def get_moved(self, merge: ItemMerge) -> list[dict[str, Any]]:
        """What followed, by kind."""
        return [{"what": what, "count": count} for what, count in selectors.moved(merge)]


class ItemMergeInput(InputSerializer):
    """Which item becomes part of which, and what the one that stays takes over."""

    loser = RefField(Item)
    winner = RefField(Item)
    factor = DecimalField(places=6, required=False, allow_null=True, default=None)
    take = serializers.ListField(child=serializers.ChoiceField(services.TAKEABLE), required=False, default=list)
    note = serializers.CharField(required=False, allow_blank=True, max_length=300, default="")


class MergeViewSet(DocumentViewSet):
    """Merges of items. POST merges; from then on the loser's id leads to the winner."""

    model, serializer_class, write_serializer_class = ItemMerge, MergeSerializer, ItemMergeInput
    permissions = {"view": VIEW, "create": MERGE}
    filterset_class, sorts = filters.MergeFilter, views.MergeList.sorts
    create_service = services.merge

    def queryset(self) -> QuerySet:
        return super().queryset().prefetch_related("steps")


class UndoInput(InputSerializer):
    """Why."""

    reason = serializers.CharField(min_length=3, max_length=300)


class UndoView(ApiView):
    """Take a merge back. Refused, with what stands against it, when something later depends on it."""

    permission = MERGE

    @extend_schema(request=UndoInput, responses=MergeSerializer, operation_id="merges_undo")
    def post(self, request: Any, id: str) -> Any:
        """The merge as it is now."""

        def work() -> Response:
            rows = ItemMerge.objects.visible_to(self.actor).select_related("loser", "winner")
            merge = rows.filter(public_id=id).first() if PUBLIC_ID.fullmatch(id) else None
            if merge is None:
                raise Missing()
            values = UndoInput(data=self.body(), context=self.get_serializer_context())
            values.is_valid(raise_exception=True)
            undone = services.undo(merge, actor=self.actor, reason=values.validated_data["reason"])
            return Response(MergeSerializer(undone, context=self.get_serializer_context()).data)

        return self.write(work)


register("item-merges", MergeViewSet)
register_view("item-merges/<str:id>/undo/", UndoView, "item-merges-undo")

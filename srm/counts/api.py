"""Counts over the API: drawing up, taking figures, posting by the moves."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from srm.catalog.models import Item
from srm.core.errors import Missing
from srm.counts import services
from srm.counts.filters import CountFilter, CountLineFilter
from srm.counts.models import CountLine, StockCount
from srm.counts.views import EDIT, VIEW, CountList
from srm.rest.fields import DecimalField, RefField
from srm.rest.router import register, register_view
from srm.rest.serializers import InputSerializer, Serializer
from srm.rest.viewsets import ApiView, DocumentViewSet


class CountSerializer(Serializer):
    """A count of a warehouse; its lines are at /api/v1/stock-count-lines/?count=<id>."""

    class Meta:
        model = StockCount
        fields = (
            "number", "state", "warehouse", "location", "counted_on", "reason", "line_count", "difference_count", "version",
            "created_at",
        )  # fmt: skip
        writable = ("warehouse", "location", "counted_on", "reason")


class CountViewSet(DocumentViewSet):
    """Counts of warehouses."""

    model, serializer_class = StockCount, CountSerializer
    permissions = {"view": VIEW, "create": EDIT, "update": EDIT}
    filterset_class, sorts = CountFilter, CountList.sorts
    create_service, update_service = services.create_count, services.update_count


class CountLineSerializer(Serializer):
    """What the books say of one item and what was counted, in its base unit."""

    article = serializers.CharField(source="item.article")
    unit = serializers.CharField(source="item.base_unit.code")
    expected = DecimalField(places=4)
    counted = DecimalField(places=4, allow_null=True)
    difference = DecimalField(places=4, allow_null=True)

    class Meta:
        model = CountLine
        fields = ("item", "article", "expected", "counted", "difference", "unit", "note")


class CountLineViewSet(DocumentViewSet):
    """Lines of counts."""

    model, serializer_class = CountLine, CountLineSerializer
    permissions = {"view": VIEW}
    filterset_class = CountLineFilter

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("item__base_unit")


class FigureInput(InputSerializer):
    """What was counted of one item, in its base unit; null takes a figure back."""

    item = RefField(Item)
    counted = DecimalField(places=4, minimum=0, allow_null=True)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


class FiguresInput(InputSerializer):
    """Some figures of a count."""

    lines = FigureInput(many=True)


class FiguresView(ApiView):
    """Take figures of a count that is being counted."""

    permission = EDIT

    @extend_schema(request=FiguresInput, responses=CountSerializer, operation_id="stock_counts_figures")
    def post(self, request: Request, id: str) -> Response | HttpResponse:
        """The count as it is now."""

        def work() -> Response:
            count = StockCount.objects.visible_to(self.actor).filter(public_id=id).first()
            if count is None:
                raise Missing()
            body = FiguresInput(data=self.body(), context=self.get_serializer_context())
            body.is_valid(raise_exception=True)
            fresh = services.record(count, actor=self.actor, lines=body.validated_data["lines"])
            return Response(CountSerializer(fresh, context=self.get_serializer_context()).data)

        return self.write(work)


register("stock-counts", CountViewSet)
register("stock-count-lines", CountLineViewSet)
register_view("stock-counts/<str:id>/figures/", FiguresView, "stock-counts-figures")

"""Demand over the API: merging, demands, their lines."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from procurement.planning import filters, services, views
from procurement.planning.models import Demand, DemandLine
from srm.catalog.models import Category
from srm.core.errors import Missing
from srm.people.models import LegalEntity
from srm.rest.fields import RefField
from srm.rest.router import register, register_view
from srm.rest.serializers import InputSerializer, Serializer
from srm.rest.viewsets import ApiView, DocumentViewSet


class DemandSerializer(Serializer):
    """One merging of open needs; its lines are at /api/v1/demand-lines/?demand=<id>."""

    class Meta:
        model = Demand
        fields = (
            "number", "title", "legal_entity", "buyer", "window_days", "line_count", "need_count", "department_count",
            "version", "created_at",
        )  # fmt: skip


class DemandViewSet(DocumentViewSet):
    """Demand: equal needs of many requests, merged."""

    model = Demand
    serializer_class = DemandSerializer
    permissions = {"view": "planning.view"}
    filterset_class = filters.DemandFilter
    sorts = views.DemandList.sorts


class DemandLineSerializer(Serializer):
    """Equal needs as one quantity in the base unit."""

    class Meta:
        model = DemandLine
        fields = (
            "demand", "item", "description", "category", "unit", "quantity", "open_quantity", "place", "need_from",
            "need_to", "need_count", "estimate", "currency",
        )  # fmt: skip


class DemandLineViewSet(DocumentViewSet):
    """Lines of demands."""

    model = DemandLine
    serializer_class = DemandLineSerializer
    permissions = {"view": "planning.view"}
    filterset_class = filters.DemandLineFilter
    sorts = views.DemandLineList.sorts


class MergeInput(InputSerializer):
    """What to merge."""

    legal_entity = RefField(LegalEntity)
    category = RefField(Category, required=False, allow_null=True, default=None)
    window_days = serializers.IntegerField(min_value=0, max_value=services.LONGEST, default=7)
    stock_first = serializers.BooleanField(default=False)
    title = serializers.CharField(required=False, allow_blank=True, max_length=150, default="")


class MergeView(ApiView):
    """Merge all open needs of a legal entity, or those of one category's tree, into a new demand."""

    permission = "planning.aggregate"

    @extend_schema(request=MergeInput, responses={201: DemandSerializer}, operation_id="demands_aggregate")
    def post(self, request: Any) -> Any:
        """The new demand."""

        def work() -> Response:
            values = MergeInput(data=self.body(), context=self.get_serializer_context())
            values.is_valid(raise_exception=True)
            asked = dict(values.validated_data)
            if asked.pop("stock_first"):
                services.take_from_stock(
                    actor=self.actor, legal_entity=asked["legal_entity"], category=asked["category"]
                )
            demand = services.aggregate(actor=self.actor, **asked)
            return Response(DemandSerializer(demand, context=self.get_serializer_context()).data, status=201)

        return self.write(work)


class ReleaseInput(InputSerializer):
    """Why."""

    reason = serializers.CharField(min_length=3, max_length=300)


class ReleaseView(ApiView):
    """Release what is still open of a demand line: the needs behind it are open again."""

    permission = "planning.edit"

    @extend_schema(request=ReleaseInput, responses=DemandLineSerializer, operation_id="demand_lines_release")
    def post(self, request: Any, id: str) -> Any:
        """The line as it is now."""

        def work() -> Response:
            line = DemandLine.objects.visible_to(self.actor).filter(public_id=id).first()
            if line is None:
                raise Missing()
            values = ReleaseInput(data=self.body(), context=self.get_serializer_context())
            values.is_valid(raise_exception=True)
            services.release(actor=self.actor, demand_lines=[line], reason=values.validated_data["reason"])
            line.refresh_from_db()
            return Response(DemandLineSerializer(line, context=self.get_serializer_context()).data)

        return self.write(work)


register("demands", DemandViewSet)
register("demand-lines", DemandLineViewSet)
register_view("demands/aggregate/", MergeView, "demands-aggregate")
register_view("demand-lines/<str:id>/release/", ReleaseView, "demand-lines-release")

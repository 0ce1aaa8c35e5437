"""Demand over the API: merging, demands, their lines."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from procurement.planning import filters, offered, panels, selectors, services, splitting, views, work
from procurement.planning.models import Demand, DemandLine
from procurement.requests import ahead, holding
from procurement.requests.models import PurchaseRequest, RequestLine
from srm.catalog.models import Category
from srm.core.errors import Missing
from srm.people.models import LegalEntity, User
from srm.rest.fields import RefField
from srm.rest.router import register, register_view
from srm.rest.serializers import InputSerializer, Serializer
from srm.rest.viewsets import ApiView, DocumentViewSet

MOST_LINES = 500


class DemandSerializer(Serializer):
    """One merging of open needs; its lines are at /api/v1/demand-lines/?demand=<id>."""

    class Meta:
        model = Demand
        fields = (
            "number", "title", "legal_entity", "buyer", "window", "window_days", "line_count", "need_count", "department_count",
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
    window = serializers.ChoiceField(choices=Demand.Window.choices, default=Demand.Window.DAYS)
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
                services.cover(actor=self.actor, legal_entity=asked["legal_entity"], category=asked["category"])
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


class SplitInput(InputSerializer):
    """How much."""

    quantity = serializers.DecimalField(max_digits=15, decimal_places=4, help_text="In the line's unit")


class SplitView(ApiView):
    """Split a quantity off a demand line: the latest needs go to a line of their own, which is returned."""

    permission = "planning.edit"

    @extend_schema(request=SplitInput, responses={201: DemandLineSerializer}, operation_id="demand_lines_split")
    def post(self, request: Any, id: str) -> Any:
        """The new line."""

        def work() -> Response:
            line = DemandLine.objects.visible_to(self.actor).filter(public_id=id).first()
            if line is None:
                raise Missing()
            part = splitting.split(actor=self.actor, demand_line=line, **self.values(SplitInput))
            return Response(DemandLineSerializer(part, context=self.get_serializer_context()).data, status=201)

        return self.write(work)


class JoinInput(InputSerializer):
    """Which lines."""

    demand_lines = serializers.ListField(child=RefField(DemandLine), min_length=2, max_length=100)


class JoinView(ApiView):
    """Join lines of one demand for the same item, unit and place; the first of them, with all of it, is returned."""

    permission = "planning.edit"

    @extend_schema(request=JoinInput, responses=DemandLineSerializer, operation_id="demand_lines_join")
    def post(self, request: Any) -> Any:
        """The line that has it all."""

        def work() -> Response:
            joined = splitting.join(actor=self.actor, **self.values(JoinInput))
            return Response(DemandLineSerializer(joined, context=self.get_serializer_context()).data)

        return self.write(work)


class HoldInput(InputSerializer):
    """Which needs, and why; without a reason they may be planned again."""

    lines = serializers.ListField(child=serializers.CharField(max_length=22), min_length=1, max_length=holding.MOST)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=300, default="")


class HeldSerializer(serializers.Serializer):
    """How many needs it was."""

    lines = serializers.IntegerField()


class HoldView(ApiView):
    """Hold approved request lines back from planning, or, without a reason, let them be planned again."""

    permission = "planning.edit"

    @extend_schema(request=HoldInput, responses=HeldSerializer, operation_id="demand_hold")
    def post(self, request: Any) -> Any:
        """How many there were."""

        def work() -> Response:
            values = self.values(HoldInput)
            rows = RequestLine.objects.visible_to(self.actor).filter(public_id__in=values["lines"])
            lines = list(rows.values_list("pk", flat=True))
            if len(lines) != len(set(values["lines"])):
                raise Missing()
            held = (
                holding.hold(actor=self.actor, lines=lines, reason=values["reason"])
                if values["reason"]
                else holding.let_plan(actor=self.actor, lines=lines)
            )
            return Response({"lines": held})

        return self.write(work)


class DemandOfferSerializer(serializers.Serializer):
    """What a supplier offers for what is open of a demand line. Prices are for one of his units."""

    supplier_item = serializers.CharField(source="article.public_id")
    supplier = serializers.CharField(source="article.supplier.public_id")
    supplier_name = serializers.CharField(source="article.supplier.name")
    agreed = serializers.BooleanField(source="offer.is_agreed")
    unit = serializers.CharField(source="unit.code")
    quantity = serializers.DecimalField(max_digits=15, decimal_places=4, help_text="What would be ordered, in his unit")
    price = serializers.DecimalField(max_digits=15, decimal_places=6, source="offer.row.price")
    currency = serializers.CharField(source="offer.row.currency")
    total = serializers.DecimalField(max_digits=15, decimal_places=2, source="offer.total")
    surplus = serializers.DecimalField(max_digits=15, decimal_places=4, help_text="Base units beyond the need")
    more = serializers.DecimalField(
        max_digits=15, decimal_places=4, source="offer.more", allow_null=True, help_text="More of his units reach `next_price`"
    )  # fmt: skip
    next_price = serializers.DecimalField(max_digits=15, decimal_places=6, source="offer.next_price", allow_null=True)
    elsewhere = serializers.DecimalField(
        max_digits=15, decimal_places=4, help_text="Base units of the item open for other months or places"
    )
    hints = serializers.ListField(child=serializers.CharField())


class OffersOfLineSerializer(serializers.Serializer):
    """A demand line with its offers, the best first."""

    demand_line = serializers.CharField(source="line.public_id")
    open_quantity = serializers.DecimalField(max_digits=15, decimal_places=4, source="line.open_quantity")
    offers = DemandOfferSerializer(many=True)


class DemandOffersView(ApiView):
    """What suppliers offer for what is open of a demand, line by line: the 500 lines that are needed first."""

    permission = "planning.view"

    @extend_schema(responses=OffersOfLineSerializer(many=True), operation_id="demands_offers")
    def get(self, request: Any, id: str) -> Response:
        """Lines with something open; those that nobody sells have no offers."""
        demand = Demand.objects.visible_to(self.actor).filter(public_id=id).first()
        if demand is None:
            raise Missing()
        lines = list(selectors.lines_of(demand).filter(open_quantity__gt=0).order_by("need_from", "pk")[:MOST_LINES])
        found = offered.of_lines(lines, self.actor)
        rows = [{"line": line, "offers": found.get(line.pk, [])} for line in lines]
        return Response(OffersOfLineSerializer(rows, many=True).data)


register("demands", DemandViewSet)
register_view("demands/<str:id>/offers/", DemandOffersView, "demands-offers")
register("demand-lines", DemandLineViewSet)
register_view("demands/aggregate/", MergeView, "demands-aggregate")
register_view("demand-lines/<str:id>/release/", ReleaseView, "demand-lines-release")
register_view("demand-lines/<str:id>/split/", SplitView, "demand-lines-split")
register_view("demand-lines/join/", JoinView, "demand-lines-join")
register_view("demands/hold/", HoldView, "demands-hold")


class LoadSerializer(serializers.Serializer):
    """What a buyer has on his table; without one, what is for nobody yet."""

    buyer = serializers.CharField(source="buyer.public_id", default=None, allow_null=True)
    name = serializers.CharField(source="buyer.name", default="")
    needs = serializers.IntegerField()
    worth = serializers.DecimalField(max_digits=18, decimal_places=2)
    overdue = serializers.IntegerField()
    figures = serializers.DictField(child=serializers.IntegerField(), help_text="Open documents by their kind")
    away_until = serializers.DateField(source="absence.ends_on", default=None, allow_null=True)
    stand_in = serializers.CharField(source="absence.stand_in.public_id", default=None, allow_null=True)


class TeamLoadView(ApiView):
    """The team's load: open needs, running documents and absences of each buyer."""

    permission = work.ASSIGN

    @extend_schema(responses=LoadSerializer(many=True), operation_id="team_load")
    def get(self, request: Any) -> Response:
        """A row for each buyer."""
        return Response(LoadSerializer(work.team(self.actor), many=True).data)


class HandOverInput(InputSerializer):
    """Whose open work goes to whom. Without `from_buyer`: needs that are for nobody yet."""

    from_buyer = RefField(User, required=False, allow_null=True, default=None)
    to_buyer = RefField(User)
    what = serializers.ListField(
        child=serializers.CharField(max_length=20),
        required=False,
        help_text="needs, demands, tenders, orders, categories",
    )
    lines = serializers.ListField(
        child=serializers.CharField(max_length=22),
        required=False,
        max_length=work.EACH,
        help_text="Instead of `what`: these request lines, whosever they are",
    )
    category = RefField(Category, required=False, allow_null=True, default=None)
    note = serializers.CharField(required=False, allow_blank=True, max_length=300, default="")


class HandOverView(ApiView):
    """Hand open work over to another buyer."""

    permission = work.ASSIGN

    @extend_schema(request=HandOverInput, responses=OpenApiTypes.OBJECT, operation_id="team_hand_over")
    def post(self, request: Any) -> Any:
        """How much of each kind."""

        def handed() -> Response:
            values = self.values(HandOverInput)
            if lines := values.pop("lines", None):
                rows = RequestLine.objects.visible_to(self.actor).filter(public_id__in=lines)
                keys = list(rows.values_list("pk", flat=True))
                if len(keys) != len(set(lines)):
                    raise Missing()
                return Response({work.NEEDS: work.assign(actor=self.actor, lines=keys, target=values["to_buyer"])})
            done = work.hand_over(
                actor=self.actor, source=values["from_buyer"], target=values["to_buyer"], what=values.get("what", []),
                category=values["category"], note=values["note"],
            )  # fmt: skip
            return Response(done)

        return self.write(handed)


register_view("team-load/", TeamLoadView, "team-load")
register_view("team-load/hand-over/", HandOverView, "team-load-hand-over")


class AheadSerializer(serializers.Serializer):
    """What lies ahead of a line: who buys it ("" where the head decides), the likely day, and how that is known."""

    line = serializers.CharField(source="public_id")
    position = serializers.IntegerField()
    bought_by = serializers.CharField(allow_blank=True)
    likely_on = serializers.DateField(allow_null=True)
    known_by = serializers.ChoiceField(choices=ahead.Source.choices)


class AheadView(ApiView):
    """Who buys what is still to come of a request, and when it is likely to be there."""

    permission = "requests.view"

    @extend_schema(responses=AheadSerializer(many=True), operation_id="requests_ahead")
    def get(self, request: Any, id: str) -> Response:
        """Line by line; lines of which nothing is to come any more are left out."""
        document = PurchaseRequest.objects.visible_to(self.actor).filter(public_id=id).first()
        if document is None:
            raise Missing()
        lines = panels.waiting_lines(document, self.actor)
        likely = ahead.likely_of(lines)
        for line in lines:
            if one := likely.get(line.pk):
                vars(line).update(likely_on=one.on, known_by=one.source)
        return Response(AheadSerializer([line for line in lines if line.pk in likely], many=True).data)


register_view("requests/<str:id>/ahead/", AheadView, "requests-ahead")

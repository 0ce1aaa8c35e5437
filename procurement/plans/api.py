"""Plans over the API: written, proposed, compared, mapped; their moves are the lifecycle's."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from procurement.plans import filters, selectors, services, views
from procurement.plans.maps import FACT, in_words
from procurement.plans.models import EDIT, VIEW, PlanLine, ProcurementPlan
from srm.catalog.models import Category
from srm.core.errors import Missing
from srm.people.models import Department, User
from srm.rest.fields import AmountField, DecimalField, QuantityField, RefField
from srm.rest.router import register, register_view
from srm.rest.serializers import InputSerializer, LineSerializer, Serializer
from srm.rest.viewsets import ApiView, DocumentViewSet

LINE = ("month", "category", "item", "quantity", "unit", "amount", "procedure", "buyer", "department", "justification")


class PlanLineSerializer(LineSerializer):
    """What of a category is bought in a month. Procedure and buyer of a new line come from its category."""

    amount = AmountField(required=False)
    quantity = QuantityField(required=False, allow_null=True)

    class Meta:
        model = PlanLine
        fields = (*LINE, "source")
        writable = LINE
        extra_kwargs = {"category": {"required": False, "allow_null": True}}


class PlanSerializer(Serializer):
    """One version of a year's plan. `lines`, when written, is always the whole list; read them at /plan-lines/?plan=<id>."""

    lines = PlanLineSerializer(many=True, required=False, write_only=True)

    class Meta:
        model = ProcurementPlan
        fields = ("number", "state", "legal_entity", "year", "edition", "follows", "note", "currency", "total", "line_count",
                  "lines", "version", "created_by", "created_at")  # fmt: skip
        writable = ("legal_entity", "year", "note", "lines")


class PlanViewSet(DocumentViewSet):
    """Procurement plans: drafts are written, then submitted, approved and closed by moves."""

    model, serializer_class = ProcurementPlan, PlanSerializer
    permissions = {"view": VIEW, "create": EDIT, "update": EDIT}
    filterset_class, sorts = filters.PlanFilter, views.PlanList.sorts
    create_service, update_service = services.create_plan, services.update_plan


class LineReadSerializer(Serializer):
    """A line of a plan."""

    class Meta:
        model = PlanLine
        fields = ("plan", "key", *LINE, "source")


class PlanLineViewSet(DocumentViewSet):
    """Lines of plans."""

    model, serializer_class = PlanLine, LineReadSerializer
    permissions = {"view": VIEW}
    filterset_class, sorts = filters.PlanLineFilter, views.PlanLineList.sorts


class PlanCommand(ApiView):
    """A command on one plan."""

    abstract = True
    permission = EDIT

    def plan(self, id: str) -> ProcurementPlan:
        """The plan of the address."""
        found = (
            ProcurementPlan.objects.visible_to(self.actor).select_related("legal_entity").filter(public_id=id).first()
        )
        if found is None:
            raise Missing()
        return found

    def answer(self, plan: ProcurementPlan, status: int = 200) -> Response:
        """The plan as it is now."""
        fresh = ProcurementPlan.objects.visible_to(self.actor).get(pk=plan.pk)
        return Response(PlanSerializer(fresh, context=self.get_serializer_context()).data, status=status)


class PlanProposeInput(InputSerializer):
    """Where a proposal looks."""

    orders = serializers.BooleanField(default=True)
    requests = serializers.BooleanField(default=True)
    recurring = serializers.BooleanField(default=True)


class ProposeView(PlanCommand):
    """Fill a draft from last year's orders, open needs and recurring requests."""

    @extend_schema(request=PlanProposeInput, responses=PlanSerializer, operation_id="procurement_plans_propose")
    def post(self, request: Any, id: str) -> Any:
        """The plan with the proposed lines."""

        def work() -> Response:
            plan = self.plan(id)
            services.propose(plan, actor=self.actor, **self.values(PlanProposeInput))
            return self.answer(plan)

        return self.write(work)


class ChangeInput(InputSerializer):
    """Which lines, and what becomes of them."""

    category = RefField(Category, required=False, allow_null=True, default=None)
    of_buyer = RefField(User, required=False, allow_null=True, default=None)
    first = serializers.IntegerField(min_value=1, max_value=12, default=1)
    last = serializers.IntegerField(min_value=1, max_value=12, default=12)
    buyer = RefField(User, required=False, allow_null=True, default=None)
    department = RefField(Department, required=False, allow_null=True, default=None)
    procedure = serializers.CharField(max_length=12, required=False, allow_blank=True, default="")
    percent = DecimalField(places=2, minimum=-100, maximum=1000, required=False, allow_null=True, default=None)
    shift = serializers.IntegerField(min_value=-11, max_value=11, default=0)


class ChangeView(PlanCommand):
    """Change all lines of a draft that fit."""

    @extend_schema(request=ChangeInput, responses=PlanSerializer, operation_id="procurement_plans_change")
    def post(self, request: Any, id: str) -> Any:
        """The changed plan."""

        def work() -> Response:
            plan = self.plan(id)
            services.change_many(plan, actor=self.actor, **self.values(ChangeInput))
            return self.answer(plan)

        return self.write(work)


class ReviseView(PlanCommand):
    """Begin the next version of an approved plan."""

    @extend_schema(request=None, responses={201: PlanSerializer}, operation_id="procurement_plans_revise")
    def post(self, request: Any, id: str) -> Any:
        """The new draft."""
        return self.write(lambda: self.answer(services.revise(self.plan(id), actor=self.actor), 201))


class DifferenceSerializer(InputSerializer):
    """A line that came, went or changed, and each changed field as [before, after]."""

    key = serializers.CharField()
    what = serializers.ChoiceField(choices=["added", "dropped", "changed"])
    fields = serializers.DictField()  # type: ignore[assignment]


class ChangesView(PlanCommand):
    """What changed from another version to this one; `?from=` names it, else the one before."""

    permission, parameters = VIEW, ("from",)

    @extend_schema(responses={200: DifferenceSerializer(many=True)}, operation_id="procurement_plans_changes")
    def get(self, request: Any, id: str) -> Response:
        """One entry for each line that differs."""
        plan = self.plan(id)
        editions = {one.public_id: one for one in selectors.editions_of(plan)}
        asked = request.query_params.get("from", "")
        before = editions.get(asked) if asked else next((o for o in editions.values() if o.pk == plan.follows_id), None)
        if before is None:
            raise Missing()
        found = selectors.differences(before, plan)
        rows: list[dict[str, Any]] = [{"key": key, "what": "added", "fields": {}} for key, _values in found.added]
        rows += [{"key": key, "what": "dropped", "fields": {}} for key, _values in found.dropped]
        rows += [
            {"key": one.key, "what": "changed", "fields": {
                name: [in_words(name, old), in_words(name, new)] for name, (old, new) in one.fields.items()
            }}
            for one in found.changed
        ]  # fmt: skip
        return Response(rows)


class CellSerializer(InputSerializer):
    """A month of a category: planned, and ordered for those who may see orders."""

    category = serializers.CharField()
    month = serializers.IntegerField()
    planned = AmountField()
    ordered = AmountField(allow_null=True)


class MapView(PlanCommand):
    """The supply map as figures."""

    permission = VIEW

    @extend_schema(responses={200: CellSerializer(many=True)}, operation_id="procurement_plans_map")
    def get(self, request: Any, id: str) -> Response:
        """One entry for each category and month that has a figure."""
        plan = self.plan(id)
        planned, _lines = selectors.planned(plan)
        ordered = selectors.fact(plan)[0] if self.actor.may(FACT) else None
        categories = {one.pk: one.public_id for one in selectors.categories_of(planned, ordered or {})}
        return Response(
            [
                {
                    "category": categories[category],
                    "month": month,
                    "planned": f"{planned.get((category, month), 0):.2f}",
                    "ordered": None if ordered is None else f"{ordered.get((category, month), 0):.2f}",
                }
                for category, month in sorted({*planned, *(ordered or {})})
            ]
        )


register("procurement-plans", PlanViewSet)
register("plan-lines", PlanLineViewSet)
register_view("procurement-plans/<str:id>/propose/", ProposeView, "procurement-plans-propose")
register_view("procurement-plans/<str:id>/change/", ChangeView, "procurement-plans-change")
register_view("procurement-plans/<str:id>/revise/", ReviseView, "procurement-plans-revise")
register_view("procurement-plans/<str:id>/changes/", ChangesView, "procurement-plans-changes")
register_view("procurement-plans/<str:id>/map/", MapView, "procurement-plans-map")

"""Approvals over the API: what waits for the caller, decisions, rules."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from srm.approvals import asking, filters, registry, selectors, services, views
from srm.approvals.models import DECIDING_ROLES, ApprovalRule, ApprovalStep, Way, Who
from srm.catalog.models import Category
from srm.core.errors import InvalidInput, Missing
from srm.people.models import CostCenter, Department, User
from srm.rest.fields import AmountField, RefField, RefListField
from srm.rest.router import register, register_view
from srm.rest.serializers import InputSerializer, Serializer
from srm.rest.viewsets import ApiView, DocumentViewSet


class StepSerializer(Serializer):
    """A decision asked for or taken."""

    document_kind = serializers.CharField(source="route.document_kind", read_only=True)
    document = serializers.CharField(source="route.document_id", read_only=True, help_text="The document's id")
    document_number = serializers.CharField(source="route.document_number", read_only=True)
    title = serializers.CharField(source="route.title", read_only=True)
    amount = serializers.CharField(source="route.amount", read_only=True)
    currency = serializers.CharField(source="route.currency", read_only=True)
    need_by = serializers.DateField(source="route.need_by", read_only=True)
    content = serializers.CharField(source="route.content_hash", read_only=True, help_text="Changes with what is asked")
    asked = serializers.CharField(source="decider", read_only=True, help_text="A person's or a role's name")
    notes = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="Who was passed over, and why"
    )

    class Meta:
        model = ApprovalStep
        fields = (
            "document_kind", "document", "document_number", "title", "amount", "currency", "need_by", "content", "order", "group",
            "asked", "notes", "by_sum", "due_at", "outcome", "decided_by", "decided_for", "decided_at", "reason",
        )  # fmt: skip


class StepViewSet(DocumentViewSet):
    """Decisions the caller was asked for; all of them for those who set the rules or audit."""

    model = ApprovalStep
    serializer_class = StepSerializer
    permissions = {"view": "approvals.view"}
    filterset_class = filters.StepFilter
    sorts = views.StepList.sorts

    def queryset(self) -> Any:
        return super().queryset().select_related("route", "user", "decided_by", "decided_for")


class DecideInput(InputSerializer):
    """A decision."""

    outcome = serializers.ChoiceField(choices=[(one, one) for one in services.OUTCOMES])
    reason = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")
    seen = serializers.CharField(
        required=False, allow_blank=True, max_length=64, default="",
        help_text="The `content` of the decision as it was read: a change since then is refused with 409",
    )  # fmt: skip


class DecideStepView(ApiView):
    """Take a decision that waits for the caller."""

    permission = "approvals.decide"

    @extend_schema(request=DecideInput, responses=StepSerializer, operation_id="approvals_decide")
    def post(self, request: Any, id: str) -> Any:
        """The decision as it was taken."""

        def work() -> Response:
            step = ApprovalStep.objects.visible_to(self.actor).select_related("route").filter(public_id=id).first()
            if step is None:
                raise Missing()
            values = DecideInput(data=self.body(), context=self.get_serializer_context())
            values.is_valid(raise_exception=True)
            services.decide_step(step, actor=self.actor, **values.validated_data)
            fresh = (
                ApprovalStep.objects.unscoped(selectors.OWN_PAGE)
                .select_related("route", "user", "decided_by", "decided_for")
                .get(pk=step.pk)
            )
            return Response(StepSerializer(fresh, context=self.get_serializer_context()).data)

        return self.write(work)


RULE_FIELDS = (
    "kind", "order", "min_amount", "max_amount", "department", "category", "cost_center", "segment", "way", "who", "user",
    "role", "one_is_enough", "hours", "accumulates", "is_active",
)  # fmt: skip


class RuleSerializer(Serializer):
    """Who decides what, from which amount on."""

    class Meta:
        model = ApprovalRule
        fields = (*RULE_FIELDS, "version")
        writable = RULE_FIELDS


class RuleViewSet(DocumentViewSet):
    """The rules of approval."""

    model = ApprovalRule
    serializer_class = RuleSerializer
    permissions = {"view": "approvals.edit", "create": "approvals.edit", "update": "approvals.edit"}
    filterset_class = filters.RuleFilter
    sorts = views.RuleList.sorts
    create_service = services.create_rule
    update_service = services.update_rule


class TriedRule(InputSerializer):
    """A rule that is tried, and not kept."""

    order = serializers.IntegerField(min_value=1, max_value=99, default=1)
    min_amount = AmountField(default=Decimal(0))
    max_amount = AmountField(required=False, allow_null=True)
    department = RefField(Department, required=False, allow_null=True)
    category = RefField(Category, required=False, allow_null=True)
    cost_center = RefField(CostCenter, required=False, allow_null=True)
    segment = serializers.ChoiceField(choices=Category.Segment.choices, required=False, allow_blank=True)
    way = serializers.ChoiceField(choices=Way.choices, required=False, allow_blank=True)
    who = serializers.ChoiceField(choices=Who.choices)
    user = RefField(User, required=False, allow_null=True)
    role = serializers.ChoiceField(choices=DECIDING_ROLES, required=False, allow_blank=True)
    one_is_enough = serializers.BooleanField(default=False)
    accumulates = serializers.BooleanField(default=True)


class WhoInput(InputSerializer):
    """A document that need not exist. `rules` replaces the table that is kept, for this answer only."""

    kind = serializers.CharField(max_length=80)
    amount = AmountField(help_text="In the base currency")
    department = RefField(Department)
    cost_centers = RefListField(CostCenter, required=False)
    categories = RefListField(
        Category, required=False, help_text="With exactly one, what was asked for in it this year adds to the amount"
    )
    requester = RefField(User, required=False, allow_null=True)
    way = serializers.ChoiceField(choices=Way.choices, required=False, allow_blank=True, help_text="Of a request")
    rules = TriedRule(many=True, required=False)


class PlannedSerializer(serializers.Serializer):
    """A part of a step. Parts of one group above 0 are alternatives; an empty one can be decided by nobody."""

    order = serializers.IntegerField()
    group = serializers.IntegerField()
    who = serializers.CharField()
    asked = serializers.CharField(source="decider", help_text="A person's or a role's name")
    role = serializers.CharField()
    rule = serializers.CharField(source="kept_rule", allow_null=True)
    notes = serializers.ListField(child=serializers.CharField(), help_text="Who was passed over, and why")
    empty = serializers.BooleanField()
    by_sum = serializers.DecimalField(
        max_digits=15, decimal_places=2, allow_null=True,
        help_text="The sum of the year that asked for the step, where the amount alone would not have",
    )  # fmt: skip


class WhoView(ApiView):
    """Who would decide on a document of this kind? Nothing is written."""

    permission = "approvals.edit"

    @extend_schema(request=WhoInput, responses=PlannedSerializer(many=True), operation_id="approvals_who")
    def post(self, request: Any) -> Any:
        """The steps, in order."""
        asked = WhoInput(data=self.body(), context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        rules = values.pop("rules", None)
        kind, requester = values["kind"], values.get("requester")
        if registry.kind_of(kind) is None:
            raise InvalidInput({"kind": [_("Choose one of those offered.")]})
        categories = values.get("categories") or []
        steps = asking.who_decides(
            **values, parts={categories[0]: values["amount"]} if len(categories) == 1 else None,
            entity=values["department"].legal_entity, barred=[requester.person_id] if requester else [],
            rules=None if rules is None else services.tried_table(kind, extra=rules, whole=True),
        )  # fmt: skip
        return Response(PlannedSerializer(steps, many=True).data)


register("approvals", StepViewSet)
register("approval-rules", RuleViewSet)
register_view("approvals/<str:id>/decide/", DecideStepView, "approvals-decide")
register_view("who-would-approve/", WhoView, "who-would-approve")

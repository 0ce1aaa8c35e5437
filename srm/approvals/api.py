"""Approvals over the API: what waits for the caller, decisions, rules."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from srm.approvals import filters, selectors, services, views
from srm.approvals.models import ApprovalRule, ApprovalStep
from srm.core.errors import Missing
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
    asked = serializers.CharField(source="decider", read_only=True, help_text="A person's or a role's name")

    class Meta:
        model = ApprovalStep
        fields = (
            "document_kind", "document", "document_number", "title", "amount", "currency", "need_by", "order", "asked",
            "outcome", "decided_by", "decided_at", "reason",
        )  # fmt: skip


class StepViewSet(DocumentViewSet):
    """Decisions the caller was asked for; all of them for those who set the rules or audit."""

    model = ApprovalStep
    serializer_class = StepSerializer
    permissions = {"view": "approvals.view"}
    filterset_class = filters.StepFilter
    sorts = views.StepList.sorts

    def queryset(self) -> Any:
        return super().queryset().select_related("route", "user", "decided_by")


class DecideInput(InputSerializer):
    """A decision."""

    outcome = serializers.ChoiceField(choices=[(one, one) for one in services.OUTCOMES])
    reason = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")


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
                .select_related("route", "user", "decided_by")
                .get(pk=step.pk)
            )
            return Response(StepSerializer(fresh, context=self.get_serializer_context()).data)

        return self.write(work)


class RuleSerializer(Serializer):
    """Who decides what, from which amount on."""

    class Meta:
        model = ApprovalRule
        fields = (
            "kind",
            "order",
            "min_amount",
            "department",
            "category",
            "who",
            "user",
            "role",
            "is_active",
            "version",
        )
        writable = ("kind", "order", "min_amount", "department", "category", "who", "user", "role", "is_active")


class RuleViewSet(DocumentViewSet):
    """The rules of approval."""

    model = ApprovalRule
    serializer_class = RuleSerializer
    permissions = {"view": "approvals.edit", "create": "approvals.edit", "update": "approvals.edit"}
    filterset_class = filters.RuleFilter
    sorts = views.RuleList.sorts
    create_service = services.create_rule
    update_service = services.update_rule


register("approvals", StepViewSet)
register("approval-rules", RuleViewSet)
register_view("approvals/<str:id>/decide/", DecideStepView, "approvals-decide")

"""Reorder rules and proposals over the API."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from procurement.replenishment import services
from procurement.replenishment.filters import ProposalFilter, RuleFilter
from procurement.replenishment.models import Proposal, ReorderRule
from procurement.replenishment.views import EDIT, ORDER, VIEW, WITH_RULE, ProposalList, RuleList
from procurement.replenishment.words import reason
from srm.rest.fields import RefListField
from srm.rest.router import register, register_view
from srm.rest.serializers import InputSerializer, Serializer
from srm.rest.viewsets import ApiView, DocumentViewSet


class ReorderRuleSerializer(Serializer):
    """At `point` or below, order up to `target` or a better lot, in the item's base unit."""

    class Meta:
        model = ReorderRule
        fields = (
            "warehouse", "item", "point", "target", "multiple", "method", "order_cost", "holding_percent", "lead_days",
            "cost_center", "is_active", "version",
        )  # fmt: skip
        writable = fields[:-1]


class RuleViewSet(DocumentViewSet):
    """Reorder rules."""

    model, serializer_class = ReorderRule, ReorderRuleSerializer
    permissions = {"view": VIEW, "create": EDIT, "update": EDIT}
    filterset_class, sorts = RuleFilter, RuleList.sorts
    create_service, update_service = services.create_rule, services.update_rule


class ProposalSerializer(Serializer):
    """What a rule asked for on one day, with the figures it looked at."""

    why = serializers.SerializerMethodField()

    class Meta:
        model = Proposal
        fields = (
            "rule", "day", "quantity", "method", "months", "on_hand", "reserved", "incoming", "yearly", "point", "target",
            "why", "request", "set_aside",
        )  # fmt: skip

    def get_why(self, proposal: Proposal) -> str:
        """In words."""
        return reason(proposal)


class ProposalViewSet(DocumentViewSet):
    """Proposals to order. What was ordered or set aside is listed with `decided=true` only."""

    model, serializer_class = Proposal, ProposalSerializer
    permissions = {"view": VIEW}
    filterset_class, sorts = ProposalFilter, ProposalList.sorts

    def queryset(self) -> QuerySet:
        return super().queryset().select_related(*WITH_RULE)


class OrderInput(InputSerializer):
    """Which proposals."""

    proposals = RefListField(Proposal)


class AsideInput(OrderInput):
    """Which proposals, and why not."""

    reason = serializers.CharField(min_length=3, max_length=300)


class OrderAnswer(serializers.Serializer):
    """The drafts that were made."""

    requests = serializers.ListField(child=serializers.CharField())


class OrderView(ApiView):
    """Make drafts of purchase requests of proposals."""

    permission = ORDER

    @extend_schema(request=OrderInput, responses={201: OrderAnswer}, operation_id="reorder_proposals_order")
    def post(self, request: Request) -> Response | HttpResponse:
        """The ids of the drafts."""

        def work() -> Response:
            body = OrderInput(data=self.body(), context=self.get_serializer_context())
            body.is_valid(raise_exception=True)
            made = services.order(body.validated_data["proposals"], actor=self.actor)
            return Response({"requests": [one.public_id for one in made]}, status=201)

        return self.write(work)


class AsideView(ApiView):
    """Set proposals aside."""

    permission = ORDER

    @extend_schema(request=AsideInput, responses={204: None}, operation_id="reorder_proposals_set_aside")
    def post(self, request: Request) -> Response | HttpResponse:
        """Nothing."""

        def work() -> Response:
            body = AsideInput(data=self.body(), context=self.get_serializer_context())
            body.is_valid(raise_exception=True)
            services.set_aside(body.validated_data["proposals"], actor=self.actor, reason=body.validated_data["reason"])
            return Response(status=204)

        return self.write(work)


register("reorder-rules", RuleViewSet)
register("reorder-proposals", ProposalViewSet)
register_view("reorder-proposals/order/", OrderView, "reorder-proposals-order")
register_view("reorder-proposals/set-aside/", AsideView, "reorder-proposals-set-aside")

"""Price proposals over the API: what waits for the buyer, and the supplier's own."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from srm.core.errors import Missing
from srm.rest.fields import CurrencyField
from srm.rest.router import register, register_view
from srm.rest.serializers import InputSerializer, LineSerializer, Serializer
from srm.rest.viewsets import ApiView, DocumentViewSet
from suppliers.proposals import selectors, services
from suppliers.proposals.filters import ProposalsFilter
from suppliers.proposals.models import DECIDE, PROPOSE, VIEW, PriceProposal, PriceProposalLine
from suppliers.proposals.views import SORTS


class PriceProposalLineSerializer(LineSerializer):
    """One proposed price; an article is known by the supplier's number or by the buyer's."""

    currency = CurrencyField(required=False)

    class Meta:
        model = PriceProposalLine
        fields = (
            "article", "our_article", "name", "unit", "factor", "basis", "agreement", "from_quantity", "price", "currency",
            "valid_from", "valid_to", "lead_days", "min_quantity", "multiple", "outcome", "refusal", "begins_on",
        )  # fmt: skip
        writable = fields[:-3]
        extra_kwargs = {"valid_from": {"required": False}}


class PriceProposalSerializer(Serializer):
    """A proposal with its lines; `lines` is always the whole list."""

    lines = PriceProposalLineSerializer(many=True, required=False)

    class Meta:
        model = PriceProposal
        fields = (
            "supplier", "title", "note", "state", "reason", "sent_at", "decided_at", "lines", "version", "created_at",
        )  # fmt: skip
        writable = ("title", "note", "lines")


class OwnProposalViewSet(DocumentViewSet):
    """The caller's own proposals; they are sent and withdrawn by the moves."""

    model, serializer_class, sorts = PriceProposal, PriceProposalSerializer, {"-id": ("-id",), "id": ("id",)}
    permissions = {"view": "portal.view", "create": PROPOSE, "update": PROPOSE}
    create_service, update_service = services.create_proposal, services.update_proposal

    def queryset(self) -> QuerySet:
        return super().queryset().prefetch_related("lines__unit")


class PriceProposalViewSet(DocumentViewSet):
    """Prices that suppliers propose."""

    model, serializer_class, sorts = PriceProposal, PriceProposalSerializer, SORTS
    permissions = {"view": VIEW}
    filterset_class = ProposalsFilter

    def queryset(self) -> QuerySet:
        return super().queryset().prefetch_related("lines__unit")


class LineDecisionInput(InputSerializer):
    """Yes or no to one line; a reason goes with every no."""

    line = serializers.CharField(max_length=22)
    accept = serializers.BooleanField()
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class ProposalDecisionInput(InputSerializer):
    """A decision on every line."""

    lines = LineDecisionInput(many=True, allow_empty=False)


class DecideView(ApiView):
    """Accept some lines of a proposal and decline the others."""

    permission = DECIDE

    @extend_schema(request=ProposalDecisionInput, responses=PriceProposalSerializer, operation_id="proposals_decide")
    def post(self, request: Request, id: str) -> Any:
        """The proposal as it was decided."""

        def work() -> Response:
            found = selectors.counted(PriceProposal.objects.visible_to(self.actor)).filter(public_id=id).first()
            if found is None:
                raise Missing()
            lines = {one["line"]: one for one in self.values(ProposalDecisionInput)["lines"]}
            decided = services.decide(found, actor=self.actor, lines=lines)
            return Response(PriceProposalSerializer(decided, context=self.get_serializer_context()).data)

        return self.write(work)


register("price-proposals", PriceProposalViewSet)
register("own-price-proposals", OwnProposalViewSet)
register_view("price-proposals/<str:id>/decide/", DecideView, "price-proposals-decide")

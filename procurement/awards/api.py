"""Awards over the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from procurement.awards import services
from procurement.awards.filters import AwardFilter
from procurement.awards.models import Award, AwardLine
from procurement.awards.views import AwardList
from procurement.tenders.api import TenderCommand
from srm.rest.fields import AmountField
from srm.rest.router import register, register_view
from srm.rest.serializers import InputSerializer, LineSerializer, Serializer
from srm.rest.viewsets import DocumentViewSet


class AwardLineSerializer(LineSerializer):
    """One line of a tender to one supplier."""

    id = None  # type: ignore[assignment]
    lot_line = serializers.CharField(source="lot_line.public_id")
    offer_line = serializers.CharField(source="bid_line.public_id")

    class Meta:
        model = AwardLine
        fields = ("lot_line", "offer_line", "supplier", "quantity", "net", "landed")

    def get_field_names(self, declared_fields: Any, info: Any) -> list[str]:
        """These lines have no id of their own: the tender's line names them."""
        return [name for name in super().get_field_names(declared_fields, info) if name != "id"]


class AwardSerializer(Serializer):
    """Who delivers what, and what it costs against the baseline and the cheapest possible."""

    saving = AmountField()
    lines = AwardLineSerializer(many=True)

    class Meta:
        model = Award
        fields = (
            "number", "state", "tender", "reason", "currency", "total", "baseline_total", "cheapest_total", "saving", "lines",
            "version", "created_at",
        )  # fmt: skip


class AwardViewSet(DocumentViewSet):
    """Awards; one is proposed by POST to its tender's address, then approved or sent back by a move."""

    model = Award
    serializer_class = AwardSerializer
    permissions = {"view": "awards.view"}
    filterset_class = AwardFilter
    sorts = AwardList.sorts

    def queryset(self) -> Any:
        """With the lines."""
        return super().queryset().prefetch_related("lines__lot_line", "lines__bid_line", "lines__supplier")


class ProposeInput(InputSerializer):
    """Line of the tender -> line of the offer that is chosen for it, by public ids."""

    choice = serializers.DictField(child=serializers.CharField(max_length=22), allow_empty=False)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=2000)


class ProposeView(TenderCommand):
    """Propose an award for a tender in evaluation."""

    permission = "awards.propose"

    @extend_schema(request=ProposeInput, responses={201: AwardSerializer}, operation_id="tenders_propose_award")
    def post(self, request: Request, id: str) -> Any:
        """Propose it."""

        def work() -> Response:
            award = services.propose(actor=self.actor, tender=self.tender(), **self.values(ProposeInput))
            data = AwardSerializer(award, context=self.get_serializer_context()).data
            return Response(data, status=201, headers={"ETag": f'"{award.version}"'})

        return self.write(work)


register("awards", AwardViewSet)
register_view("tenders/<str:id>/award/", ProposeView, "tenders-award")

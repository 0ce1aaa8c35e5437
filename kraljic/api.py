"""The matrix over HTTP."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kraljic import services
from kraljic.models import Assessment, Placement
from srm.people.models import LegalEntity
from srm.rest.fields import RefField
from srm.rest.router import register, register_view
from srm.rest.serializers import InputSerializer, LineSerializer, Serializer
from srm.rest.viewsets import ApiView, DocumentViewSet


class PlacementSerializer(LineSerializer):
    """Where one category or supplier stands, with what was measured."""

    class Meta:
        model = Placement
        fields = ("category", "supplier", "risk", "profit", "coverage", "spend", "quadrant", "criteria")


class AssessmentSerializer(Serializer):
    """One reading of the matrix."""

    placements = PlacementSerializer(many=True)

    class Meta:
        model = Assessment
        fields = (
            "number", "state", "subject", "period_from", "period_to", "scheme", "total_spend", "currency",
            "placements", "version", "created_at",
        )  # fmt: skip


class AssessmentViewSet(DocumentViewSet):
    """Readings of the Kraljic matrix."""

    model = Assessment
    serializer_class = AssessmentSerializer
    permissions = {"view": "kraljic.view"}
    sorts = {"-created": ("-created_at", "-id")}

    def queryset(self) -> QuerySet:
        return super().queryset().prefetch_related("placements__category", "placements__supplier")


class AssessInput(InputSerializer):
    """Subject and period of a new reading."""

    subject = serializers.ChoiceField(choices=Assessment.Subject.choices)
    legal_entity = RefField(LegalEntity)
    period_from = serializers.DateField()
    period_to = serializers.DateField()


class AssessView(ApiView):
    """Compute a new reading of the matrix as a draft."""

    permission = "kraljic.edit"

    @extend_schema(request=AssessInput, responses={201: AssessmentSerializer})
    def post(self, request: Request) -> HttpResponse:
        """Compute over the period; the answer is the draft with every place."""

        def work() -> Response:
            values = AssessInput(data=self.body(), context=self.get_serializer_context())
            values.is_valid(raise_exception=True)
            assessment = services.assess(actor=self.actor, **values.validated_data)
            shown = AssessmentSerializer(assessment, context=self.get_serializer_context())
            return Response(shown.data, status=201)

        return self.write(work)


register("assessments", AssessmentViewSet)
register_view("matrix/assess/", AssessView, "matrix-assess")

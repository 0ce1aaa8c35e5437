"""Possible duplicates over the API."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from srm.catalog.duplicates import filters, jobs, services, views
from srm.catalog.duplicates.models import DuplicatePair
from srm.catalog.duplicates.selectors import worth_a_look
from srm.core.errors import Missing
from srm.jobs.services import enqueue
from srm.rest.fields import PUBLIC_ID
from srm.rest.router import register, register_view
from srm.rest.serializers import InputSerializer, Serializer
from srm.rest.viewsets import ApiView, DocumentViewSet

MERGE = "catalog.merge"


class DuplicateSerializer(Serializer):
    """Two items that may be one: how sure that is from 0 to 100, why, and what was decided."""

    words = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = DuplicatePair
        fields = (
            "first",
            "second",
            "score",
            "words",
            "verdict",
            "by_hand",
            "note",
            "found_at",
            "decided_at",
            "version",
        )
        writable = ("first", "second")


class DuplicateViewSet(DocumentViewSet):
    """Suggestions of the search; POST puts two items together by hand."""

    model, serializer_class = DuplicatePair, DuplicateSerializer
    permissions = {"view": MERGE, "create": MERGE}
    filterset_class, sorts = filters.DuplicateFilter, views.DuplicateList.sorts

    def queryset(self) -> QuerySet:
        return worth_a_look(super().queryset())

    create_service = services.suggest


class RefuseInput(InputSerializer):
    """Why they are two."""

    note = serializers.CharField(required=False, allow_blank=True, max_length=300, default="")


class _OfPair(ApiView):
    abstract = True
    permission = MERGE

    def pair(self, public_id: str) -> DuplicatePair:
        """The pair of this address.

        Raises:
            Missing: there is none, or it is not the actor's to see.
        """
        rows = DuplicatePair.objects.visible_to(self.actor).select_related("first", "second")
        found = rows.filter(public_id=public_id).first() if PUBLIC_ID.fullmatch(public_id) else None
        if found is None:
            raise Missing()
        return found

    def shown(self, pair: DuplicatePair) -> Response:
        """The pair as it is now."""
        return Response(DuplicateSerializer(pair, context=self.get_serializer_context()).data)


class RefuseView(_OfPair):
    """Say that a pair is no duplicate; it is not suggested again."""

    @extend_schema(request=RefuseInput, responses=DuplicateSerializer, operation_id="duplicates_refuse")
    def post(self, request: Any, id: str) -> Any:
        """The pair as it is now."""

        def work() -> Response:
            values = RefuseInput(data=self.body(), context=self.get_serializer_context())
            values.is_valid(raise_exception=True)
            return self.shown(services.refuse(self.pair(id), actor=self.actor, note=values.validated_data["note"]))

        return self.write(work)


class ReopenView(_OfPair):
    """Look at a refused pair once more."""

    @extend_schema(request=None, responses=DuplicateSerializer, operation_id="duplicates_reopen")
    def post(self, request: Any, id: str) -> Any:
        """The pair as it is now."""
        return self.write(lambda: self.shown(services.reopen(self.pair(id), actor=self.actor)))


class LookView(ApiView):
    """Search all items for duplicates in the background; follow the job at /api/v1/jobs/<id>/."""

    permission = MERGE

    @extend_schema(
        request=None, operation_id="duplicates_look",
        responses={202: {"type": "object", "properties": {"job": {"type": "string"}}}},
    )  # fmt: skip
    def post(self, request: Any) -> Any:
        """The job's id."""
        return self.write(lambda: Response({"job": enqueue(jobs.KIND, actor=self.actor).public_id}, status=202))


register("duplicates", DuplicateViewSet)
register_view("duplicates/look/", LookView, "duplicates-look")
register_view("duplicates/<str:id>/refuse/", RefuseView, "duplicates-refuse")
register_view("duplicates/<str:id>/reopen/", ReopenView, "duplicates-reopen")

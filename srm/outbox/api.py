"""The change feed, and deliveries."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from srm.outbox import selectors
from srm.outbox.models import Delivery, OutboxEvent
from srm.outbox.tables import SORTS, DeliveryFilter
from srm.rest.errors import InvalidParameters
from srm.rest.router import register, register_view
from srm.rest.serializers import Serializer
from srm.rest.viewsets import ApiView, DocumentViewSet

LIMIT, MOST = 200, 1000


class ChangeSerializer(Serializer):
    type = serializers.CharField(source="kind")
    timestamp = serializers.DateTimeField(source="created_at")
    data = serializers.JSONField(source="payload")  # type: ignore[assignment]

    class Meta:
        model = OutboxEvent
        fields = ("sequence", "type", "timestamp", "key", "data")


class ChangesView(ApiView):
    """What changed, in order, without gaps: keep the last `sequence` you have seen and ask for what comes after it."""

    permission = "integrations.view"
    parameters = ("after", "limit")

    @extend_schema(
        operation_id="changes_list",
        parameters=[
            OpenApiParameter("after", int, description="The last number you have; 0 for the beginning"),
            OpenApiParameter("limit", int, description=f"1 to {MOST}, {LIMIT} unless told"),
        ],
        responses=inline_serializer(
            "Changes",
            {
                "results": ChangeSerializer(many=True),
                "last": serializers.IntegerField(help_text="Send this as `after` next time"),
                "more": serializers.BooleanField(help_text="Whether to ask again at once"),
            },
        ),
    )
    def get(self, request: Request) -> Response:
        """Changes after a number, oldest first; 410 when they are no longer kept."""
        after, limit = self._number("after", 0, 0, 2**62), self._number("limit", LIMIT, 1, MOST)
        rows = selectors.changes(self.actor, after=after, limit=limit + 1)
        shown = rows[:limit]
        data = ChangeSerializer(shown, many=True, context=self.get_serializer_context()).data
        return Response({"results": data, "last": shown[-1].sequence if shown else after, "more": len(rows) > limit})

    def _number(self, name: str, default: int, least: int, most: int) -> int:
        text = self.request.query_params.get(name, str(default))
        if not (text.isascii() and text.isdigit() and len(text) < 20 and least <= int(text) <= most):
            raise InvalidParameters({name: [_("Write a whole number from %(a)d to %(b)d.") % {"a": least, "b": most}]})
        return int(text)


class DeliverySerializer(Serializer):
    event = serializers.CharField(source="event.public_id")
    type = serializers.CharField(source="event.kind")
    sequence = serializers.IntegerField(source="event.sequence", allow_null=True)

    class Meta:
        model = Delivery
        fields = (
            "event", "type", "sequence", "channel", "target", "state", "attempts", "next_at", "status_code",
            "last_error", "sent_at",
        )  # fmt: skip


class DeliveryViewSet(DocumentViewSet):
    """What was sent to whom and what came back."""

    model = Delivery
    serializer_class = DeliverySerializer
    permissions = {"view": "integrations.view"}
    filterset_class = DeliveryFilter
    sorts = SORTS

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("event")


register("deliveries", DeliveryViewSet)
register_view("changes/", ChangesView, "changes")

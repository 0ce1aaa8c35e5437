"""The audit log over the API: to read, never to write."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from srm.audit.models import AuditEvent, SecurityEvent
from srm.auditing.filters import AttemptFilter, EventFilter
from srm.auditing.views import SORTS, VIEW, EventList
from srm.core.errors import Missing
from srm.rest.router import register
from srm.rest.serializers import Serializer
from srm.rest.viewsets import DocumentViewSet


class EventSerializer(Serializer):
    """One event; `changes` maps a field to [before, after]. `id` is its place in the chain."""

    id = serializers.CharField(source="sequence", read_only=True)
    changes = serializers.JSONField()

    class Meta:
        model = AuditEvent
        fields = (
            "sequence", "at", "actor_kind", "actor_name", "verb", "subject_kind", "subject_id", "subject_text", "root_kind",
            "root_id", "changes", "reason", "request_id", "previous_hash", "hash",
        )  # fmt: skip


class ByNumber(DocumentViewSet):
    """Rows that are found by a number of theirs."""

    abstract = True
    number_field = "pk"

    def get_object(self) -> Any:
        """The row with this number.

        Raises:
            Missing: there is none.
        """
        wanted = self.kwargs[self.lookup_url_kwarg]
        number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 19 else None
        found = None if number is None else self.get_queryset().filter(**{self.number_field: number}).first()
        if found is None:
            raise Missing()
        return found


class EventViewSet(ByNumber):
    """Who did what when."""

    model, serializer_class, number_field = AuditEvent, EventSerializer, "sequence"
    permissions = {"view": VIEW}
    filterset_class, sorts = EventFilter, EventList.sorts


class AttemptSerializer(Serializer):
    """A refused attempt."""

    id = serializers.CharField(source="pk", read_only=True)

    class Meta:
        model = SecurityEvent
        fields = ("at", "kind", "actor_kind", "actor_name", "detail", "path", "request_id")


class AttemptViewSet(ByNumber):
    """Failed log-ins, and what somebody tried without the right to do it."""

    model, serializer_class = SecurityEvent, AttemptSerializer
    permissions = {"view": VIEW}
    filterset_class, sorts = AttemptFilter, SORTS


register("audit-events", EventViewSet)
register("refused-attempts", AttemptViewSet)

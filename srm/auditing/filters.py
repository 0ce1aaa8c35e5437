"""Filters of the log and of refused attempts."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from srm.audit.models import AuditEvent, SecurityEvent
from srm.auditing.kinds import kinds, verbs
from srm.org import lookups  # noqa: F401  the pickers below ask them
from srm.people.models import User
from srm.ui import filters


def of_person(rows: QuerySet, _name: str, value: User | None) -> QuerySet:
    """What somebody did himself, or somebody else did for him."""
    if not value:
        return rows
    mine = Q(actor_user_id=value.pk)
    return rows.filter(mine | Q(on_behalf_of=value.pk)) if rows.model is AuditEvent else rows.filter(mine)


class EventFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Document"), method="of_document")
    person = filters.PickerFilter("users", label=_("Who"), method=of_person)
    kind = filters.ChoiceFilter(label=_("Kind of record"), choices=kinds, method="of_kind")
    verb = filters.ChoiceFilter(label=_("What"), choices=verbs)
    at = filters.DateRangeFilter(label=_("When"), on_time=True)

    class Meta:
        model = AuditEvent
        fields: list[str] = []

    def of_document(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        """Events of the document with this id, or whose name or number has these words."""
        words = value.strip()
        return rows.filter(Q(root_id=words) | Q(subject_id=words) | Q(subject_text__icontains=words)) if words else rows

    def of_kind(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        """Events of this kind of record and of its lines."""
        return rows.filter(Q(root_kind=value) | Q(subject_kind=value)) if value else rows


class AttemptFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Search"), method="by_words")
    person = filters.PickerFilter("users", label=_("Who"), method=of_person)
    kind = django_filters.CharFilter(label=_("Kind"), lookup_expr="iexact")
    at = filters.DateRangeFilter(label=_("When"), on_time=True)

    class Meta:
        model = SecurityEvent
        fields: list[str] = []

    def by_words(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        """Attempts with these words in the address, the detail or the name."""
        words = value.strip()
        if not words:
            return rows
        return rows.filter(Q(path__icontains=words) | Q(detail__icontains=words) | Q(actor_name__icontains=words))

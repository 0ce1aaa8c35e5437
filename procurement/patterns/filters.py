"""Filters of templates and recurrences."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from procurement.patterns.lifecycle import RecurrenceState
from procurement.patterns.models import Recurrence, RequestTemplate
from srm.ui import filters


class TemplateFilter(filters.FilterSet):
    mine = filters.FlagFilter(label=_("Mine"), method="only_mine")
    shared = filters.FlagFilter(label=_("Shared"), method="only_shared")
    department = filters.PickerFilter("departments", label=_("Department"))

    class Meta:
        model = RequestTemplate
        fields: list[str] = []

    def only_mine(self, queryset: QuerySet, _name: str, value: Any) -> QuerySet:
        return queryset.filter(owner_id=self.actor.user_id) if value else queryset

    def only_shared(self, queryset: QuerySet, _name: str, value: Any) -> QuerySet:
        return queryset.filter(is_shared=True) if value else queryset


class RecurrenceFilter(filters.FilterSet):
    state = filters.MultiChoiceFilter(label=_("State"), choices=RecurrenceState.choices)
    mine = filters.FlagFilter(label=_("Mine"), method="only_mine")

    class Meta:
        model = Recurrence
        fields: list[str] = []

    def only_mine(self, queryset: QuerySet, _name: str, value: Any) -> QuerySet:
        return queryset.filter(owner_id=self.actor.user_id) if value else queryset

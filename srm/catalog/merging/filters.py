"""Filters of merges."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from srm.catalog.merging.models import ItemMerge
from srm.catalog.models import Item
from srm.ui import filters


class MergeFilter(filters.FilterSet):
    q = filters.CharFilter(method="by_item", label=_("Search"))
    undone = filters.YesNoFilter(label=_("Undone"), method="was_undone")
    merged_at = filters.DateRangeFilter(label=_("Merged"), on_time=True)

    class Meta:
        model = ItemMerge
        fields: list[str] = []

    def by_item(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        """Merges of the items that the words mean."""
        fitting = Item.objects.search(value)
        return rows.filter(Q(loser__in=fitting) | Q(winner__in=fitting)) if value else rows

    def was_undone(self, rows: QuerySet, _name: str, value: Any) -> QuerySet:
        """Merges that were taken back, or were not."""
        return rows.filter(undone_at__isnull=value == "0") if value else rows

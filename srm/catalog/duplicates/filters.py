"""Filters of suggestions."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from srm.catalog import lookups  # noqa: F401  the pickers below ask them
from srm.catalog.duplicates.models import DuplicatePair
from srm.catalog.duplicates.selectors import below
from srm.catalog.models import Item
from srm.ui import filters


class DuplicateFilter(filters.FilterSet):
    q = filters.CharFilter(method="by_item", label=_("Search"))
    verdict = filters.MultiChoiceFilter(choices=DuplicatePair.Verdict.choices, label=_("Decision"))
    item = filters.PickerFilter("items", label=_("Item"), method="of_item")
    category = filters.PickerFilter("categories", label=_("Category"), method="in_category")
    score = filters.NumberRangeFilter(label=_("Sure"))
    by_hand = filters.YesNoFilter(label=_("Put together by hand"))

    class Meta:
        model = DuplicatePair
        fields: list[str] = []

    def by_item(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        """Pairs of which an item fits the words."""
        fitting = Item.objects.search(value)
        return rows.filter(Q(first__in=fitting) | Q(second__in=fitting)) if value else rows

    def of_item(self, rows: QuerySet, _name: str, value: Any) -> QuerySet:
        """Pairs with this item."""
        return rows.filter(Q(first=value) | Q(second=value)) if value else rows

    def in_category(self, rows: QuerySet, _name: str, value: Any) -> QuerySet:
        """Pairs with an item of the category or of what lies under it."""
        return below(rows, value) if value else rows

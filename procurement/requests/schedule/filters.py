"""Filters of scheduled needs."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from procurement.requests.schedule.models import ScheduledNeed
from srm.catalog import lookups  # noqa: F401  the pickers below ask them
from srm.catalog.models import Item
from srm.ui import filters


class ScheduleFilter(filters.FilterSet):
    q = filters.CharFilter(method="by_words", label=_("Search"))
    reference = filters.CharFilter(label=_("Production order"))
    source = filters.CharFilter(label=_("Source"))
    item = filters.PickerFilter("items", label=_("Item"))
    need_by = filters.DateRangeFilter(label=_("Needed by"))
    is_gone = filters.YesNoFilter(label=_("Not named any more"))

    class Meta:
        model = ScheduledNeed
        fields: list[str] = []

    def by_words(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        """By the beginning of the production order, or by the item."""
        items = Item.objects.search(value) if value else None
        return rows.filter(Q(reference__startswith=value) | Q(item__in=items)) if value else rows

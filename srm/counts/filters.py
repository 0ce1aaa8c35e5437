"""Filters of the list of counts."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from srm.counts.lifecycle import CountState
from srm.counts.models import CountLine, StockCount
from srm.stock import lookups  # noqa: F401  the pickers below ask them
from srm.ui import filters


class CountFilter(filters.FilterSet):
    state = filters.MultiChoiceFilter(label=_("State"), choices=CountState.choices)
    warehouse = filters.PickerFilter("warehouses", label=_("Warehouse"))
    counted_on = filters.DateRangeFilter(label=_("Date"))

    class Meta:
        model = StockCount
        fields: list[str] = []


class CountLineFilter(filters.FilterSet):
    """Lines of one count, for programs."""

    count = filters.CharFilter(label=_("Stock count"), method="of_count")

    class Meta:
        model = CountLine
        fields: list[str] = []

    def of_count(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        """Lines of the count with this public id."""
        return rows.filter(count__public_id=value)

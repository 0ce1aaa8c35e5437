"""Filters of equivalents."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from srm.catalog import lookups  # noqa: F401  the pickers below ask them
from srm.catalog.equivalents.models import ItemEquivalent
from srm.catalog.models import Item
from srm.core import clock
from srm.ui import filters


class EquivalentFilter(filters.FilterSet):
    item = filters.PickerFilter("items", label=_("Item"), method="of_item")
    now = filters.FlagFilter(label=_("In force"), method="in_force")
    both_ways = filters.YesNoFilter(label=_("Both ways"))

    class Meta:
        model = ItemEquivalent
        fields: list[str] = []

    def of_item(self, rows: Any, _name: str, value: Item) -> Any:
        """Those that the item is either side of."""
        return rows.filter(Q(item=value) | Q(equivalent=value)) if value else rows

    def in_force(self, rows: Any, _name: str, value: Any) -> Any:
        """Those that hold today."""
        return rows.holding(clock.today()) if value else rows

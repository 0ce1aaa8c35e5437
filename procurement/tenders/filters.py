"""Filters of the tender list."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from procurement.tenders.lifecycle import TenderState
from procurement.tenders.models import Tender
from procurement.tenders.selectors import waits_for_approval
from srm.catalog.models import Category
from srm.ui import filters


class TenderFilter(filters.FilterSet):
    """By state, buyer, category and deadline; those that wait for their approval."""

    state = filters.MultiChoiceFilter(label=_("State"), choices=TenderState.choices)
    deadline = filters.DateRangeFilter(label=_("Deadline"), on_time=True)
    category = filters.PickerFilter("categories", label=_("Category"), method="of_category")
    buyer = filters.PickerFilter("users", label=_("Buyer"))
    waits = filters.FlagFilter(label=_("Waits for approval"), method="only_waiting")
    mine = filters.FlagFilter(label=_("Mine"), method="only_mine")

    class Meta:
        model = Tender
        fields: list[str] = []

    def only_mine(self, queryset: Any, _name: str, value: Any) -> Any:
        """Those the reader is the buyer of."""
        return queryset.filter(buyer_id=self.actor.user_id) if value else queryset

    def only_waiting(self, queryset: Any, _name: str, value: Any) -> Any:
        """Those that others are asked about now."""
        return queryset.filter(waits_for_approval()) if value else queryset

    def of_category(self, queryset: Any, _name: str, value: Any) -> Any:
        """Of the category and what lies below it."""
        if value is None:
            return queryset
        return queryset.filter(category__in=Category.objects.filter(path__startswith=value.path))

"""Filters of the catalog's lists."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from srm.catalog import lookups  # noqa: F401  the pickers below ask them
from srm.catalog.lifecycle import ItemState
from srm.catalog.models import Category, Item, Unit
from srm.ui import filters


class ItemFilter(filters.FilterSet):
    ranked = True
    category = filters.PickerFilter("categories", label=_("Category"), method="below")
    state = filters.MultiChoiceFilter(choices=ItemState.choices, label=_("State"))
    is_service = filters.YesNoFilter(label=_("Service"))
    priced = filters.YesNoFilter(label=_("Has a last price"), method="with_price")

    class Meta:
        model = Item
        fields: list[str] = []

    def below(self, rows: Any, _name: str, value: Category) -> Any:
        """Items of the category and of everything under it."""
        return rows.below(value) if value else rows

    def with_price(self, rows: Any, _name: str, value: str) -> Any:
        """Items whose last price is known, or is not."""
        return rows.filter(reference_price__isnull=value == "0") if value else rows


class CategoryFilter(filters.FilterSet):
    below = filters.PickerFilter("categories", label=_("Part of"), method="under")
    segment = filters.MultiChoiceFilter(choices=Category.Segment.choices, label=_("Segment"))
    buyer = filters.PickerFilter("users", label=_("Responsible buyer"))
    is_active = filters.YesNoFilter(label=_("Active"))

    class Meta:
        model = Category
        fields: list[str] = []

    def under(self, rows: Any, _name: str, value: Category) -> Any:
        """The category and everything under it."""
        return rows.below(value) if value else rows


class UnitFilter(filters.FilterSet):
    dimension = filters.ChoiceFilter(choices=Unit.Dimension.choices, label=_("Dimension"))

    class Meta:
        model = Unit
        fields: list[str] = []

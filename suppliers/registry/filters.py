"""Filters of the supplier list."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from srm.catalog.models import Category
from srm.ui import filters
from suppliers.registry.countries import country_choices
from suppliers.registry.lifecycle import SupplierState
from suppliers.registry.models import Supplier


class SupplierFilter(filters.FilterSet):
    """By state, country, what it supplies, and its place in the matrix."""

    state = filters.MultiChoiceFilter(label=_("State"), choices=SupplierState.choices)
    country = filters.ChoiceFilter(label=_("Country"), choices=lambda: country_choices()[1:])
    category = filters.PickerFilter("categories", label=_("Supplies"), method="of_category")
    once = filters.YesNoFilter(label=_("One-time supplier"))
    segment = filters.ChoiceFilter(label=_("Segment"), choices=Category.Segment.choices)

    class Meta:
        model = Supplier
        fields: list[str] = []

    def of_category(self, queryset: Any, _name: str, value: Any) -> Any:
        """Of the category and everything below it."""
        if value is None:
            return queryset
        below = Category.objects.filter(path__startswith=value.path)
        return queryset.filter(
            pk__in=Supplier.categories.through.objects.filter(category__in=below).values("supplier_id")
        )

"""Filters of attributes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from srm.catalog.attributes.models import Attribute
from srm.catalog.models import Category
from srm.ui import filters


class AttributeFilter(filters.FilterSet):
    category = filters.PickerFilter("categories", label=_("Category"), method="asked_of")
    is_active = filters.YesNoFilter(label=_("Active"))

    class Meta:
        model = Attribute
        fields: list[str] = []

    def asked_of(self, rows: Any, _name: str, value: Category) -> Any:
        """What items of the category are asked, inherited questions among them."""
        return rows.filter(category__path__in=value.ancestor_paths()) if value else rows

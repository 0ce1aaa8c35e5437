"""Filters of the shop."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from procurement.shop.models import ShopRule
from srm.catalog.models import Category, Item
from srm.ui import filters
from suppliers.items.models import SupplierItem


class ShopFilter(filters.FilterSet):
    category = filters.PickerFilter("categories", label=_("Category"), method="below")

    class Meta:
        model = SupplierItem
        fields: list[str] = []

    def below(self, rows: Any, _name: str, value: Category) -> Any:
        """Of items of the category and of everything under it."""
        return rows.filter(item__in=Item.objects.visible_to(self.actor).below(value)) if value else rows


class RuleFilter(filters.FilterSet):
    is_on = filters.YesNoFilter(label=_("Orders are written by themselves"))

    class Meta:
        model = ShopRule
        fields: list[str] = []

"""Filters of items at suppliers."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from srm.catalog.models import Category, Item
from srm.core import clock
from srm.ui import filters
from suppliers.items.models import Standing, SupplierItem, SupplierPrice


class SupplierItemFilter(filters.FilterSet):
    supplier = filters.PickerFilter("suppliers", label=_("Supplier"))
    item = filters.PickerFilter("items", label=_("Item"))
    category = filters.PickerFilter("categories", label=_("Category"), method="below")
    standing = filters.MultiChoiceFilter(choices=Standing.choices, label=_("Standing"))
    priced = filters.YesNoFilter(label=_("Has a price today"), method="with_price")
    agreed = filters.FlagFilter(label=_("Under an agreement today"), method="under_agreement")

    class Meta:
        model = SupplierItem
        fields: list[str] = []

    def below(self, rows: Any, _name: str, value: Category) -> Any:
        """Of items of the category and of everything under it."""
        return rows.filter(item__in=Item.objects.visible_to(self.actor).below(value)) if value else rows

    def with_price(self, rows: Any, _name: str, value: str) -> Any:
        """With a price that holds today, or without one."""
        if not value:
            return rows
        held = Q(pk__in=self._today().values("supplier_item_id"))
        return rows.filter(held if value == "1" else ~held)

    def under_agreement(self, rows: Any, _name: str, value: bool) -> Any:
        """With an agreed price that holds today."""
        agreed = self._today().filter(basis=SupplierPrice.Basis.AGREED)
        return rows.filter(pk__in=agreed.values("supplier_item_id")) if value else rows

    def _today(self) -> Any:
        today = clock.today()
        ends = Q(valid_to__isnull=True) | Q(valid_to__gte=today)
        return SupplierPrice.objects.visible_to(self.actor).filter(ends, valid_from__lte=today)

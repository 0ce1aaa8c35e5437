"""Filters of the list of materials."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from procurement.orders.models import OrderState
from procurement.subcontracting.models import MaterialMove, SuppliedMaterial
from srm.catalog import lookups as catalog_lookups  # noqa: F401  the pickers below ask them
from srm.catalog.models import Item
from srm.ui import filters


class MaterialFilter(filters.FilterSet):
    """By item, supplier, order; and what still lies there."""

    q = filters.CharFilter(method="by_words", label=_("Search"))
    item = filters.PickerFilter("items", label=_("Material"))
    supplier = filters.PickerFilter("suppliers", label=_("Supplier"), field_name="order__supplier")
    order = filters.CharFilter(label=_("Order"), method="of_order")
    order_state = filters.MultiChoiceFilter(
        label=_("State of the order"), choices=OrderState.choices, field_name="order__state"
    )
    lying = filters.FlagFilter(label=_("Something is left there"), method="only_lying")

    class Meta:
        model = SuppliedMaterial
        fields: list[str] = []

    def by_words(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        """Of items that the words mean."""
        return rows.filter(item__in=Item.objects.search(value)) if value else rows

    def of_order(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        """Of the order with this number or id."""
        return rows.filter(order__number=value) | rows.filter(order__public_id=value) if value else rows

    def only_lying(self, rows: QuerySet, _name: str, value: bool) -> QuerySet:
        """Of which the supplier has something of ours."""
        return rows.filter(left__gt=0) if value else rows


class OwnMaterialFilter(filters.FilterSet):
    """What a supplier asks: his order, and what he still has."""

    order = filters.CharFilter(label=_("Order"), method="of_order")
    lying = filters.FlagFilter(label=_("Something is left there"), method="only_lying")

    class Meta:
        model = SuppliedMaterial
        fields: list[str] = []

    of_order, only_lying = MaterialFilter.of_order, MaterialFilter.only_lying


class MoveFilter(filters.FilterSet):
    """Moves of one material, of a kind, of a time."""

    material = filters.CharFilter(label=_("Material"), method="of_material")
    kind = filters.MultiChoiceFilter(label=_("What happened"), choices=MaterialMove.Kind.choices)
    moved_on = filters.DateRangeFilter(label=_("Date"))

    class Meta:
        model = MaterialMove
        fields: list[str] = []

    def of_material(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        """Of the material with this id."""
        return rows.filter(material__public_id=value) if value else rows

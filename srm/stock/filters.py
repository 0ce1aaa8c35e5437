"""Filters of the lists of stock."""

from __future__ import annotations

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from srm.catalog import lookups as catalog_lookups  # noqa: F401  the pickers below ask them
from srm.catalog.models import Category, Item
from srm.core.actor import Actor
from srm.stock import lookups  # noqa: F401
from srm.stock.models import Location, LocationLevel, StockLevel, StockMove, Warehouse
from srm.ui import filters


class OfItems(filters.FilterSet):
    """Lists of stock are searched by the item's article and names."""

    q = filters.CharFilter(method="by_item", label=_("Search"))
    item = filters.PickerFilter("items", label=_("Item"))
    category = filters.PickerFilter("categories", label=_("Category"), method="below")
    warehouse = filters.PickerFilter("warehouses", label=_("Warehouse"))

    def by_item(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        """Rows of the items that the words mean."""
        return rows.filter(item__in=Item.objects.search(value)) if value else rows

    def below(self, rows: QuerySet, _name: str, value: Category) -> QuerySet:
        """Rows of the items of a category and of everything under it."""
        return rows.filter(item__in=Item.objects.below(value)) if value else rows


class LevelFilter(OfItems):
    free = filters.FlagFilter(label=_("Something is free"), method="with_free")
    empty = filters.FlagFilter(label=_("Also what is used up"), method="with_empty")

    class Meta:
        model = StockLevel
        fields: list[str] = []

    def with_free(self, rows: QuerySet, _name: str, value: bool) -> QuerySet:
        """Levels of which something is promised to nobody."""
        return rows.filter(on_hand__gt=F("reserved")) if value else rows

    def with_empty(self, rows: QuerySet, _name: str, value: bool) -> QuerySet:
        """Ticked, the used-up levels stay; see `qs`."""
        return rows

    @property
    def qs(self) -> QuerySet:
        """Used-up levels are history: they show when they are asked for."""
        rows = super().qs
        asked = self.is_bound and self.form.is_valid() and self.form.cleaned_data.get("empty")
        return rows if asked else rows.filter(on_hand__gt=0)


class MoveFilter(OfItems):
    kind = filters.MultiChoiceFilter(choices=StockMove.Kind.choices, label=_("Kind"))
    moved_on = filters.DateRangeFilter(label=_("Date"))
    mine = filters.FlagFilter(label=_("Written by me"), method="of_mine")

    class Meta:
        model = StockMove
        fields: list[str] = []

    actor: Actor

    def of_mine(self, rows: QuerySet, _name: str, value: bool) -> QuerySet:
        """Moves the reader wrote himself."""
        return rows.filter(created_by_id=self.actor.user_id) if value else rows


class WarehouseFilter(filters.FilterSet):
    place = filters.PickerFilter("places", label=_("Place"))
    is_active = filters.YesNoFilter(label=_("Active"))

    class Meta:
        model = Warehouse
        fields: list[str] = []


class LocationFilter(filters.FilterSet):
    q = filters.CharFilter(method="by_words", label=_("Search"))
    warehouse = filters.PickerFilter("warehouses", label=_("Warehouse"))
    role = filters.MultiChoiceFilter(choices=Location.Role.choices, label=pgettext_lazy("location", "Use"))
    is_active = filters.YesNoFilter(label=_("Active"))

    class Meta:
        model = Location
        fields: list[str] = []

    def by_words(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        """Locations that the words mean."""
        return rows.search(value) if value else rows  # type: ignore[attr-defined]


class LocationLevelFilter(filters.FilterSet):
    item = filters.PickerFilter("items", label=_("Item"))
    location = filters.PickerFilter("locations", label=_("Location"))
    warehouse = filters.PickerFilter("warehouses", label=_("Warehouse"), field_name="location__warehouse")

    class Meta:
        model = LocationLevel
        fields: list[str] = []

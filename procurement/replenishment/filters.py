"""Filters of rules and proposals."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from procurement.replenishment.models import Proposal, ReorderRule
from srm.catalog import lookups as catalog_lookups  # noqa: F401  the pickers below ask them
from srm.catalog.models import Item
from srm.stock import lookups  # noqa: F401
from srm.ui import filters


class RuleFilter(filters.FilterSet):
    q = filters.CharFilter(method="by_item", label=_("Search"))
    warehouse = filters.PickerFilter("warehouses", label=_("Warehouse"))
    item = filters.PickerFilter("items", label=_("Item"))
    is_active = filters.YesNoFilter(label=_("Active"))

    class Meta:
        model = ReorderRule
        fields: list[str] = []

    def by_item(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        """Rules of the items that the words mean."""
        return rows.filter(item__in=Item.objects.search(value)) if value else rows


class ProposalFilter(filters.FilterSet):
    """What nobody decided on yet, unless the past is asked for, too."""

    q = filters.CharFilter(method="by_item", label=_("Search"))
    warehouse = filters.PickerFilter("warehouses", label=_("Warehouse"), field_name="rule__warehouse")
    day = filters.DateRangeFilter(label=_("Date"))
    decided = filters.FlagFilter(label=_("Also what was decided"), method="with_decided")

    class Meta:
        model = Proposal
        fields: list[str] = []

    def by_item(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        """Proposals of the items that the words mean."""
        return rows.filter(rule__item__in=Item.objects.search(value)) if value else rows

    def with_decided(self, rows: QuerySet, _name: str, value: bool) -> QuerySet:
        """Ticked, what was ordered or set aside stays; see `qs`."""
        return rows

    @property
    def qs(self) -> QuerySet:
        """Open proposals of each rule's latest day."""
        rows = super().qs
        asked = self.is_bound and self.form.is_valid() and self.form.cleaned_data.get("decided")
        return rows if asked else rows.latest_open()  # type: ignore[attr-defined]

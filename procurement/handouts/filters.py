"""Filters of the list of promises."""

from __future__ import annotations

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from procurement.handouts.models import Promise
from procurement.requests.models import PurchaseRequest
from srm.catalog import lookups as catalog_lookups  # noqa: F401  the pickers below ask them
from srm.catalog.models import Item
from srm.core import clock
from srm.stock import lookups  # noqa: F401
from srm.ui import filters


class PromiseFilter(filters.FilterSet):
    """By item, store and day; what was handed out shows when it is asked for."""

    q = filters.CharFilter(method="by_words", label=_("Search"))
    warehouse = filters.PickerFilter("warehouses", label=_("Warehouse"))
    item = filters.PickerFilter("items", label=_("Item"))
    need_by = filters.DateRangeFilter(label=_("Needed by"))
    due = filters.FlagFilter(label=_("Needed today or before"), method="now_due")
    done = filters.FlagFilter(label=_("Also what was handed out"), method="with_done")

    class Meta:
        model = Promise
        fields: list[str] = []

    def by_words(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        """Promises whose item or request the words mean."""
        if not value:
            return rows
        requests = PurchaseRequest.objects.unscoped("of promises the reader sees").search(value)
        return rows.filter(item__in=Item.objects.search(value)) | rows.filter(request_line__request__in=requests)

    def now_due(self, rows: QuerySet, _name: str, value: bool) -> QuerySet:
        """What should be in somebody's hands by tonight."""
        return rows.filter(need_by__lte=clock.today()) if value else rows

    def with_done(self, rows: QuerySet, _name: str, value: bool) -> QuerySet:
        """Ticked, what was handed out stays; see `qs`."""
        return rows

    @property
    def qs(self) -> QuerySet:
        """What waits in the store, unless the past is asked for, too."""
        rows = super().qs
        asked = self.is_bound and self.form.is_valid() and self.form.cleaned_data.get("done")
        return rows.filter(quantity__gt=0) if asked else rows.filter(quantity__gt=F("handed_out"))

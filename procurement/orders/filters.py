"""Filters of the order list."""

from __future__ import annotations

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from procurement.orders.models import OrderState, PurchaseOrder
from srm.core import clock
from srm.org import lookups  # noqa: F401  the pickers below ask them
from srm.ui import filters

OPEN = (OrderState.SENT, OrderState.CONFIRMED)


class OrderFilter(filters.FilterSet):
    """By state, supplier, dates, and what is late."""

    state = filters.MultiChoiceFilter(label=_("State"), choices=OrderState.choices)
    supplier = filters.PickerFilter("suppliers", label=_("Supplier"))
    source = filters.MultiChoiceFilter(label=_("Comes from"), choices=PurchaseOrder.Source.choices)
    ordered_on = filters.DateRangeFilter(label=_("Ordered"))
    due_on = filters.DateRangeFilter(label=_("Due"))
    late = filters.FlagFilter(label=_("Late"), method="only_late")
    mine = filters.FlagFilter(label=_("Mine"), method="only_mine")
    legal_entity = filters.PickerFilter("legal-entities", label=_("Legal entity"))
    own_department = filters.PickerFilter(
        "departments", label=_("Department without those below"), field_name="department"
    )  # fmt: skip

    class Meta:
        model = PurchaseOrder
        fields: list[str] = []

    def only_late(self, queryset: QuerySet, name: str, value: bool) -> QuerySet:
        """Open orders of which a line should have come."""
        if not value:
            return queryset
        late = queryset.filter(
            state__in=OPEN, lines__received_quantity__lt=F("lines__base_quantity") - F("lines__cut_quantity")
        )
        return late.filter(due_on__lt=clock.today()).distinct()

    def only_mine(self, queryset: QuerySet, name: str, value: bool) -> QuerySet:
        """Orders one answers for."""
        return queryset.filter(buyer_id=self.actor.user_id) if value else queryset

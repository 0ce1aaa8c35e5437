"""Filters of the award list."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from procurement.awards.lifecycle import AwardState
from procurement.awards.models import Award, AwardLine
from srm.ui import filters


class AwardFilter(filters.FilterSet):
    """By state, supplier and who proposed it."""

    state = filters.MultiChoiceFilter(label=_("State"), choices=AwardState.choices)
    supplier = filters.PickerFilter("suppliers", label=_("Supplier"), method="to_supplier")
    created_by = filters.PickerFilter("users", label=_("Proposed by"))

    class Meta:
        model = Award
        fields: list[str] = []

    def to_supplier(self, queryset: Any, _name: str, value: Any) -> Any:
        """Awards in which this supplier delivers something."""
        if value is None:
            return queryset
        lines = AwardLine.objects.visible_to(self.actor).filter(supplier=value)
        return queryset.filter(pk__in=lines.values("award_id"))

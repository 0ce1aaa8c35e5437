"""Filters of policies and overrides."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from srm.catalog import lookups  # noqa: F401  the pickers below ask them
from srm.catalog.models import Category
from srm.catalog.policy.models import CategoryPolicy, PolicyOverride
from srm.catalog.policy.rules import BIDDERS, PROCEDURE
from srm.core import clock
from srm.ui import filters


class PolicyFilter(filters.FilterSet):
    category = filters.PickerFilter("categories", label=_("Category"), method="below")
    now = filters.FlagFilter(label=_("In force"), method="in_force")
    due = filters.FlagFilter(label=_("Review is due"), method="review_due")
    segment = filters.MultiChoiceFilter(
        field_name="category__segment", choices=Category.Segment.choices, label=_("Segment")
    )

    class Meta:
        model = CategoryPolicy
        fields: list[str] = []

    def below(self, rows: Any, _name: str, value: Category) -> Any:
        """Policies of the category and of everything under it."""
        return rows.filter(category__path__startswith=value.path) if value else rows

    def in_force(self, rows: Any, _name: str, value: Any) -> Any:
        """The versions that hold today."""
        return rows.in_force(clock.today()) if value else rows

    def review_due(self, rows: Any, _name: str, value: Any) -> Any:
        """Those in force that were to be looked at again by now."""
        return rows.in_force(clock.today()).filter(review_on__lte=clock.today()) if value else rows


class OverrideFilter(filters.FilterSet):
    category = filters.PickerFilter("categories", label=_("Category"), method="below")
    rule = filters.ChoiceFilter(
        label=_("Rule"), choices=[(PROCEDURE, _("Procedure")), (BIDDERS, _("Suppliers to ask, at least"))]
    )
    who = filters.PickerFilter("users", label=_("Who"), field_name="created_by")
    when = filters.DateRangeFilter(label=_("When"), field_name="created_at", on_time=True)

    class Meta:
        model = PolicyOverride
        fields: list[str] = []

    def below(self, rows: Any, _name: str, value: Category) -> Any:
        """Overrides of policies of the category and of everything under it."""
        return rows.filter(policy__category__path__startswith=value.path) if value else rows

"""Filters of approvals."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from srm.approvals.models import ApprovalRule, ApprovalStep, Who
from srm.ui import filters


class RuleFilter(filters.FilterSet):
    who = filters.ChoiceFilter(label=_("Who decides"), choices=Who.choices)
    is_active = filters.YesNoFilter(label=_("Active"))
    department = filters.PickerFilter("departments", label=_("Department"))
    category = filters.PickerFilter("categories", label=_("Category"))
    cost_center = filters.PickerFilter("cost-centers", label=_("Cost centre"))

    class Meta:
        model = ApprovalRule
        fields: list[str] = []


class StepFilter(filters.FilterSet):
    """Decisions taken, and those asked for."""

    outcome = filters.ChoiceFilter(label=_("Outcome"), choices=ApprovalStep.Outcome.choices)
    decided = filters.DateRangeFilter(label=_("Decided"), field_name="decided_at", on_time=True)

    class Meta:
        model = ApprovalStep
        fields: list[str] = []

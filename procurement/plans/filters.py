"""Filters of plans and their lines."""

from __future__ import annotations

from typing import Any

from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from procurement.plans.lifecycle import PlanState
from procurement.plans.models import PlanLine, ProcurementPlan
from srm.catalog import lookups as catalog_lookups  # noqa: F401
from srm.catalog.models import Category
from srm.core.actor import Actor
from srm.org import lookups as org_lookups  # noqa: F401
from srm.ui import filters
from srm.ui.lookups import lookup


@lookup("plans", model=ProcurementPlan, permission="planning.view", related=("legal_entity",))
def plans(actor: Actor, text: str) -> list[tuple[str, str, str]]:
    """Plans by their year or number, the newest first."""
    rows = ProcurementPlan.objects.visible_to(actor).select_related("legal_entity").order_by("-year", "-edition")
    if text:
        rows = rows.filter(year=int(text)) if text.isdigit() and len(text) == 4 else rows.filter(number__icontains=text)
    return [(one.public_id, one.name, one.number) for one in rows[:20]]


class PlanFilter(filters.FilterSet):
    state = filters.MultiChoiceFilter(label=_("State"), choices=PlanState.choices)
    legal_entity = filters.PickerFilter("legal-entities", label=_("Legal entity"))
    year = filters.NumberRangeFilter(label=_("Year"))

    class Meta:
        model = ProcurementPlan
        fields: list[str] = []


class PlanLineFilter(filters.FilterSet):
    plan = filters.PickerFilter("plans", label=_("Plan"))
    category = filters.PickerFilter("categories", label=_("Category"), method="below")
    month = filters.MultiChoiceFilter(label=_("Month"), choices=[(str(no), name) for no, name in MONTHS.items()])
    buyer = filters.PickerFilter("users", label=_("Responsible buyer"))
    department = filters.PickerFilter("departments", label=_("Department"))
    nobody = filters.FlagFilter(label=_("Without a buyer"), method="without_buyer")
    current = filters.FlagFilter(label=_("Of plans that hold"), method="of_current")

    class Meta:
        model = PlanLine
        fields: list[str] = []

    def below(self, rows: Any, _name: str, value: Category) -> Any:
        """Lines of the category and of everything under it."""
        return rows.filter(category__path__startswith=value.path) if value else rows

    def without_buyer(self, rows: Any, _name: str, value: Any) -> Any:
        """Lines that nobody answers for."""
        return rows.filter(buyer__isnull=True) if value else rows

    def of_current(self, rows: Any, _name: str, value: Any) -> Any:
        """Lines of approved plans."""
        return rows.filter(plan__state=PlanState.APPROVED) if value else rows

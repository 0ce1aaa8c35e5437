"""Tables of plans and their lines."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from procurement.plans.models import PlanLine, ProcurementPlan
from srm.ui import tables


class PlanTable(tables.Table):
    year = tables.TextColumn(accessor="year", hint="number")
    edition = tables.NumberColumn()
    legal_entity = tables.TextColumn(accessor="legal_entity.name")
    line_count = tables.NumberColumn()
    total = tables.MoneyColumn()
    created_by = tables.TextColumn(accessor="created_by.name")
    created = tables.TimeColumn(_("Made"), accessor="created_at")
    state = tables.StateColumn()

    class Meta:
        model = ProcurementPlan


class PlanLineTable(tables.Table):
    what = tables.TextColumn(_("What"), hint="justification", wide=True)
    month = tables.ChoiceColumn(sort="month")
    amount = tables.MoneyColumn(currency="plan.currency", sort="amount")
    quantity = tables.QuantityColumn(unit="unit")
    procedure = tables.TextColumn(accessor="procedure_label")
    buyer = tables.TextColumn(accessor="buyer.name")
    department = tables.TextColumn(accessor="department.name")

    class Meta:
        model = PlanLine


class AnyPlanLineTable(PlanLineTable):
    plan = tables.TextColumn(accessor="plan.name")

    class Meta:
        model = PlanLine

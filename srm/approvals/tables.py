"""Tables of approvals."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from srm.approvals.models import ApprovalRule, ApprovalStep
from srm.ui import tables


class RuleTable(tables.Table):
    kind = tables.TextColumn(_("Document"), accessor="kind_label")
    order = tables.NumberColumn()
    min_amount = tables.MoneyColumn(currency=None)
    max_amount = tables.MoneyColumn(currency=None)
    department = tables.TextColumn(accessor="department.name")
    category = tables.TextColumn(accessor="category.name")
    cost_center = tables.TextColumn(accessor="cost_center.name")
    segment = tables.ChoiceColumn()
    way = tables.ChoiceColumn()
    decider = tables.TextColumn(_("Who decides"))
    one_is_enough = tables.FlagColumn()
    hours = tables.NumberColumn()
    accumulates = tables.FlagColumn()
    is_active = tables.FlagColumn()

    class Meta:
        model = ApprovalRule
        hidden = ("cost_center", "segment", "way", "hours", "accumulates")


class StepTable(tables.Table):
    title = tables.TextColumn(_("Document"), accessor="route.title", hint="route.document_number")
    department = tables.TextColumn(_("Department"), accessor="route.department.name")
    amount = tables.MoneyColumn(_("Amount, about"), accessor="route.amount", currency="route.currency")
    outcome = tables.StateColumn(_("Outcome"))
    due_at = tables.TimeColumn()
    reason = tables.TextColumn()
    decided_by = tables.TextColumn(_("Who"), accessor="taken_by")
    decided_at = tables.TimeColumn()

    class Meta:
        model = ApprovalStep

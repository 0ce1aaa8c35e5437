"""Tables of budgets."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from srm.budget.models import BudgetEntry, BudgetLine
from srm.flow.origin import OriginColumn
from srm.ui import tables


class BudgetTable(tables.Table):
    cost_center = tables.TextColumn(accessor="cost_center.code", hint="cost_center.name", sort="center")
    category = tables.TextColumn(accessor=lambda line: line.category.name if line.category else _("everything else"))
    year = tables.TextColumn(_("Period"), accessor="span", sort="year")
    used = tables.BarColumn(_("Used"), of="amount")
    reserved = tables.MoneyColumn(currency=None)
    committed = tables.MoneyColumn(currency=None)
    spent = tables.MoneyColumn(currency=None)
    left = tables.MoneyColumn(_("Left"))
    policy = tables.TextColumn(_("When it is used up"), accessor="cost_center.get_budget_policy_display")

    class Meta:
        model = BudgetLine


class EntryTable(tables.Table):
    at = tables.TimeColumn()
    line = tables.LinkColumn(_("Budget"), accessor="line")
    bucket = tables.ChoiceColumn()
    amount = tables.MoneyColumn(currency="line.currency")
    document = OriginColumn(_("Document"))

    class Meta:
        model = BudgetEntry

"""Tables of budgets."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from srm.budget.models import BudgetChange, BudgetEntry, BudgetLine, CarryOver, ClosedPeriod
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
    late_for = tables.DateColumn(_("Late for"))

    class Meta:
        model = BudgetEntry
        hidden = ("late_for",)


class ChangeTable(tables.Table):
    number = tables.TextColumn(hint="reason")
    kind = tables.TextColumn(_("Kind"), accessor="kind_label")
    giver = tables.TextColumn()
    receiver = tables.TextColumn()
    amount = tables.MoneyColumn()
    created_by = tables.TextColumn()
    state = tables.StateColumn()

    class Meta:
        model = BudgetChange


class ClosingTable(tables.Table):
    legal_entity = tables.TextColumn()
    span = tables.TextColumn(_("Period"), sort="year")
    state = tables.StateColumn()
    updated_at = tables.TimeColumn(_("Changed"))

    class Meta:
        model = ClosedPeriod


class CarryTable(tables.Table):
    number = tables.TextColumn()
    legal_entity = tables.TextColumn()
    span = tables.TextColumn(_("Period"), sort="year")
    with_money = tables.FlagColumn()
    total = tables.MoneyColumn()
    line_count = tables.NumberColumn()
    state = tables.StateColumn()

    class Meta:
        model = CarryOver


class PartTable(tables.Table):
    """What a carry-over would move."""

    source = tables.LinkColumn(_("From budget"))
    target = tables.LinkColumn(_("To budget"))
    reserved = tables.MoneyColumn(_("Reserved"))
    committed = tables.MoneyColumn(_("Ordered"))
    money = tables.MoneyColumn(_("Money that comes along"))

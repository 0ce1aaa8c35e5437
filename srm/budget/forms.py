"""Forms of budgets."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from srm.budget import lookups as budget_lookups  # noqa: F401  the pickers below ask them
from srm.budget.models import BudgetLine, Period
from srm.catalog import lookups  # noqa: F401
from srm.core import clock
from srm.org import lookups as org_lookups  # noqa: F401
from srm.ui import forms


class BudgetForm(forms.ModelForm):
    """What a cost centre may spend in a period."""

    cost_center = forms.PickerField("cost-centers", label=_("Cost centre"))
    category = forms.PickerField(
        "categories", label=_("Category"), required=False,
        help_text=_("With everything below it. Left empty, the budget is for all that has no budget of its own."),
    )  # fmt: skip
    year = forms.forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100, initial=lambda: clock.today().year)
    amount = forms.AmountField(label=_("Budget"), help_text=_("Net of recoverable VAT, in the firm's base currency."))

    class Meta:
        model = BudgetLine
        fields = ["cost_center", "category", "year", "period", "amount"]

    layout = [("cost_center", "category"), ("year", "period"), "amount"]


class ChangeForm(forms.Form):
    """How much, from where to where, and why."""

    giver = forms.PickerField("budgets", label=_("From budget"), required=False, help_text=_("Left empty: new money."))
    receiver = forms.PickerField(
        "budgets", label=_("To budget"), required=False, help_text=_("Left empty: the budget is cut.")
    )
    amount = forms.AmountField(label=_("Amount"), help_text=_("In the firm's base currency."))
    reason = forms.forms.CharField(
        label=_("Why"), min_length=3, max_length=500, widget=forms.forms.Textarea(attrs={"rows": 3}),
        help_text=_("Whoever approves it will read it."),
    )  # fmt: skip

    layout = [("giver", "receiver"), "amount", "reason"]


class PeriodForm(forms.Form):
    """A part of a year of a legal entity."""

    legal_entity = forms.PickerField("legal-entities", label=_("Legal entity"))
    year = forms.forms.IntegerField(label=_("Year"), min_value=2000, max_value=2099, initial=lambda: clock.today().year)
    period = forms.forms.ChoiceField(label=_("Period"), choices=Period.choices, initial=Period.YEAR)

    layout = ["legal_entity", ("year", "period")]


class CarryForm(PeriodForm):
    """What is carried over, and whether its money comes along."""

    with_money = forms.forms.BooleanField(
        label=_("With the money"), required=False, initial=True,
        help_text=_("The old budget's amount moves along. Without it, the new budget pays for what was ordered before."),
    )  # fmt: skip

    layout = ["legal_entity", ("year", "period"), "with_money"]

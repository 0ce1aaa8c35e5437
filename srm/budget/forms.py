"""Forms of budgets."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from srm.budget.models import BudgetLine
from srm.catalog import lookups  # noqa: F401  the pickers below ask them
from srm.core import clock
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

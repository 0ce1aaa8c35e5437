"""Forms of plans."""

from __future__ import annotations

from typing import Any

from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from procurement.plans.models import ProcurementPlan
from procurement.plans.services import next_year
from srm.catalog import lookups as catalog_lookups  # noqa: F401
from srm.catalog.policy.procedures import procedures
from srm.org import lookups as org_lookups  # noqa: F401
from srm.ui import forms


def _procedures() -> list[tuple[str, Any]]:
    return [("", _("as the category's policy says")), *procedures()]


class PlanForm(forms.ModelForm):
    """Whose plan, of which year."""

    legal_entity = forms.PickerField("legal-entities", label=_("Legal entity"))

    class Meta:
        model = ProcurementPlan
        fields = ["legal_entity", "year", "note"]

    layout = [("legal_entity", "year"), "note"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["year"].initial = next_year()
        self.fields["note"].widget.attrs["rows"] = 2


class PlanEditForm(forms.ModelForm):
    """What may change of a draft beside its lines."""

    class Meta:
        model = ProcurementPlan
        fields = ["note"]


class PlanLineForm(forms.Form):
    """One line."""

    category = forms.PickerField("categories", label=_("Category"), required=False)
    item = forms.PickerField("items", label=_("Item"), required=False, fills={"unit": "unit"})
    month = forms.TypedChoiceField(label=_("Month"), choices=list(MONTHS.items()), coerce=int)
    amount = forms.AmountField(label=_("Budget"), required=False)
    quantity = forms.QuantityField(label=_("Quantity"), required=False)
    unit = forms.PickerField("units", label=_("Unit"), required=False)
    procedure = forms.ChoiceField(label=_("Procedure"), choices=_procedures, required=False)
    buyer = forms.PickerField("users", label=_("Responsible buyer"), required=False)
    department = forms.PickerField("departments", label=_("Department"), required=False)
    justification = forms.CharField(label=_("What for"), required=False, max_length=300)


class PlanLines(forms.LineFormSet):
    """All lines of a plan."""

    form = PlanLineForm
    label = _("Lines")
    hint = _("Paste rows from Excel into any cell. Buyer and procedure of a new line come from its category.")


class ProposeForm(forms.Form):
    """Where a proposal looks."""

    orders = forms.BooleanField(label=_("What was ordered last year"), required=False, initial=True)
    requests = forms.BooleanField(label=_("Open needs of approved requests"), required=False, initial=True)
    recurring = forms.BooleanField(label=_("Recurring requests"), required=False, initial=True)


class BulkForm(forms.Form):
    """Which lines, and what becomes of them."""

    category = forms.PickerField("categories", label=_("Category"), required=False)
    of_buyer = forms.PickerField("users", label=_("Of the buyer"), required=False)
    first = forms.TypedChoiceField(label=_("From month"), choices=list(MONTHS.items()), coerce=int, initial=1)
    last = forms.TypedChoiceField(label=_("To month"), choices=list(MONTHS.items()), coerce=int, initial=12)
    buyer = forms.PickerField("users", label=_("New buyer"), required=False)
    department = forms.PickerField("departments", label=_("New department"), required=False)
    procedure = forms.ChoiceField(label=_("New procedure"), choices=lambda: [("", "–"), *procedures()], required=False)
    percent = forms.DecimalField(
        label=_("Amounts, %"), places=2, required=False, help_text=_("5 raises them by a twentieth, −10 lowers them.")
    )
    shift = forms.IntegerField(
        label=_("Months later"), required=False, min_value=-11, max_value=11, help_text=_("−1 is a month earlier.")
    )

    layout = [
        _("Which lines"), ("category", "of_buyer"), ("first", "last"), _("What changes"), ("buyer", "department"),
        "procedure", ("percent", "shift"),
    ]  # fmt: skip

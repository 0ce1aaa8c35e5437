"""Forms of templates and recurrences."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from procurement.patterns.models import Recurrence, RequestTemplate
from srm.catalog import lookups  # noqa: F401  the pickers below ask them
from srm.ui import forms


class TemplateForm(forms.ModelForm):
    """Name and header; what is left open is filled in when somebody asks by it."""

    department = forms.PickerField("departments", label=_("Department"))
    place = forms.PickerField("places", label=_("Delivery place"), required=False)
    cost_center = forms.PickerField("cost-centers", label=_("Cost centre"))

    class Meta:
        model = RequestTemplate
        fields = ["name", "title", "department", "is_shared", "lead_days", "place", "cost_center", "note"]

    layout = [("name", "title"), ("department", "cost_center"), ("lead_days", "place"), "is_shared", "note"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["title"].required = False
        self.fields["title"].help_text = _("Title of the requests made by it; its name if left empty.")
        self.fields["note"].widget.attrs["rows"] = 2


class TemplateLineForm(forms.Form):
    """One need without a date."""

    item = forms.PickerField("items", label=_("Item"), required=False, fills={"unit": "unit"})
    quantity = forms.QuantityField(label=_("Quantity"))
    unit = forms.PickerField("units", label=_("Unit"), required=False)
    description = forms.CharField(label=_("Or in words"), required=False, max_length=300)
    category = forms.PickerField("categories", label=_("Category"), required=False)
    note = forms.CharField(label=_("Note"), required=False, max_length=300)


class TemplateLines(forms.LineFormSet):
    form = TemplateLineForm
    label = _("What is asked for each time?")
    min_lines = 1
    hint = _("Paste rows from Excel into any cell: item, quantity, unit.")


class KeepForm(forms.Form):
    """Under which name a request is kept as a template."""

    name = forms.CharField(label=_("Name"), max_length=100)
    is_shared = forms.BooleanField(
        label=_("Shared with the department"), required=False, help_text=_("Everybody of the department may ask by it.")
    )


class RecurrenceForm(forms.ModelForm):
    """How often, on which day, until when."""

    ends_on = forms.DateField(label=_("Until"), required=False, help_text=_("For ever, if left empty."))

    class Meta:
        model = Recurrence
        fields = ["every", "day", "ends_on", "submit_at_once"]

    layout = [("every", "day"), "ends_on", "submit_at_once"]


class NewRecurrenceForm(RecurrenceForm):
    """The same, and when it begins."""

    starts_on = forms.DateField(label=_("From"), required=False, help_text=_("From today on, if left empty."))

    layout = [("every", "day"), ("starts_on", "ends_on"), "submit_at_once"]

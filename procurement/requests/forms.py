"""Forms of requests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from procurement.requests import favourites  # noqa: F401  declares the look-up of needed items
from procurement.requests.deliveries import Delivery, read_deliveries
from procurement.requests.models import PurchaseRequest
from procurement.requests.work import LONGEST
from srm.catalog import lookups  # noqa: F401  the pickers below ask them
from srm.core.errors import InvalidInput
from srm.ui import forms

MOST_SIGNS = 3000


class DeliveriesField(forms.CharField):
    """Days and quantities as text, a row for each."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.Textarea(attrs={"rows": 2}))
        super().__init__(required=False, max_length=MOST_SIGNS, **options)

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else write_deliveries(value)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return read_deliveries(text)
        except InvalidInput as fault:
            raise forms.ValidationError(fault.errors["__all__"]) from fault

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), str(data or "").replace("\r\n", "\n"))


def write_deliveries(deliveries: Iterable[Delivery]) -> str:
    """What `read_deliveries` reads."""
    return "\n".join(f"{one.need_by:%d.%m.%Y}: {forms.write_decimal(one.quantity)}" for one in deliveries)


class RequestForm(forms.ModelForm):
    """The header; date, place and cost centre hold for lines that do not say otherwise."""

    department = forms.PickerField("departments", label=_("Department"))
    requester = forms.PickerField(
        "users", label=_("On behalf of"), required=False, help_text=_("Who needs it, if it is not you.")
    )
    need_by = forms.DateField(
        label=_("Needed by"), required=False, help_text=_("For all lines that name no other day.")
    )
    place = forms.PickerField(
        "places", label=_("Delivery place"), required=False, help_text=_("The department's usual one if left empty.")
    )
    cost_center = forms.PickerField(
        "cost-centers", label=_("Cost centre"), required=False, help_text=_("Who pays for it.")
    )

    class Meta:
        model = PurchaseRequest
        fields = ["title", "department", "requester", "place", "cost_center", "route", "route_reason", "seller", "note"]

    layout = [
        "title", "requester", ("department", "cost_center"), ("need_by", "place"), ("route", "route_reason"), "seller", "note",
    ]  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if not self.actor.may("requests.on_behalf"):
            del self.fields["requester"]
        self.fields["title"].widget.attrs["placeholder"] = _("Fasteners for the May series")
        self.fields["route_reason"].help_text = _("Only when it is not the normal route.")
        self.fields["seller"].help_text = _("Only if it has to be a certain supplier: his name and how to reach him.")
        self.fields["note"].widget.attrs["rows"] = 2


class RequestLineForm(forms.Form):
    """One need: what, how much, by when; the rest is filled in from the header and the catalog."""

    item = forms.PickerField(
        "needed-items", label=_("Item"), required=False, fills={"unit": "unit", "price": "estimate"}
    )
    quantity = forms.QuantityField(label=_("Quantity"))
    unit = forms.PickerField("units", label=_("Unit"), required=False)
    need_by = forms.DateField(label=_("Needed by"), required=False)
    estimate = forms.PriceField(label=_("Price, about"), required=False)
    description = forms.forms.CharField(label=_("Or in words"), required=False, max_length=300)
    deliveries = DeliveriesField(label=_("Several deliveries"))
    category = forms.PickerField("categories", label=_("Category"), required=False)
    place = forms.PickerField("places", label=_("Delivery place"), required=False)
    cost_center = forms.PickerField("cost-centers", label=_("Cost centre"), required=False)
    note = forms.forms.CharField(label=_("Note"), required=False, max_length=300)
    work = forms.forms.CharField(
        label=_("Work to be done"), required=False, max_length=LONGEST,
        widget=forms.forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    deliverables = forms.forms.CharField(
        label=_("What is handed over"), required=False, max_length=LONGEST,
        widget=forms.forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    work_from = forms.DateField(label=_("Work begins"), required=False)
    work_to = forms.DateField(label=_("Work ends"), required=False)
    accepts_by = forms.PickerField("users", label=_("Accepted by"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["description"].widget.attrs["placeholder"] = _("not in the catalog? Describe it here")
        self.fields["deliveries"].widget.attrs["placeholder"] = _("10.12.2026: 40; 15.01.2027: 60")
        self.fields["work"].widget.attrs["placeholder"] = _("For a service: what is to be done, where, how well")
        self.fields["accepts_by"].widget.attrs["placeholder"] = _("the requester")


class RequestLines(forms.LineFormSet):
    form = RequestLineForm
    label = _("What do you need?")
    min_lines = 1
    totals = {"amount": ("quantity", "estimate")}
    hint = _("Paste rows from Excel into any cell: item, quantity, unit, date, price.")


class AmendForm(forms.Form):
    """Why what was sent is changed."""

    reason = forms.forms.CharField(
        label=_("Why does it change?"), min_length=3, max_length=500, widget=forms.forms.Textarea(attrs={"rows": 2}),
        help_text=_("Approvers and buyers will read it."),
    )  # fmt: skip
    version = forms.forms.IntegerField(widget=forms.forms.HiddenInput, required=False)


class OneLineForm(forms.Form):
    """Which of a request's lines."""

    line = forms.forms.ChoiceField(label=_("Line"))

    def __init__(self, *args: Any, choices: list[tuple[str, str]] | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["line"].choices = choices or []  # type: ignore[attr-defined]


class SplitForm(OneLineForm):
    """Which line, and how much of it becomes a line of its own."""

    quantity = forms.QuantityField(label=_("How much of it"), help_text=_("In the unit of the line. The rest stays."))


class NameItemForm(OneLineForm):
    """Which line, and the item it means."""

    item = forms.PickerField("items", label=_("Item"), help_text=_("Search by the words of the line."))


class CancelQuantityForm(SplitForm):
    """A quantity of one line that is not needed any more, and why."""

    reason = forms.forms.CharField(
        label=_("Reason"), min_length=3, max_length=500, widget=forms.forms.Textarea(attrs={"rows": 3}),
        help_text=_("Those concerned will read it."),
    )  # fmt: skip


class CancelPartForm(forms.Form):
    """Which lines are not needed any more, and why."""

    lines = forms.forms.MultipleChoiceField(label=_("Not needed any more"), widget=forms.forms.CheckboxSelectMultiple)
    reason = forms.forms.CharField(
        label=_("Reason"), min_length=3, max_length=500, widget=forms.forms.Textarea(attrs={"rows": 3}),
        help_text=_("Those concerned will read it."),
    )  # fmt: skip

    def __init__(self, *args: Any, choices: list[tuple[str, str]] | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["lines"].choices = choices or []  # type: ignore[attr-defined]


class GiveBackForm(CancelPartForm):
    """Which lines the requester has to change, and why."""

    lines = forms.forms.MultipleChoiceField(label=_("To be changed"), widget=forms.forms.CheckboxSelectMultiple)
    field_order = ["lines", "reason"]


class HandOutForm(forms.Form):
    """How much of what is promised is handed out now."""

    quantity = forms.QuantityField(label=_("Quantity"))
    moved_on = forms.DateField(label=_("Date"))


class PasteForm(forms.Form):
    """A list copied from Excel."""

    pasted = forms.CharField(
        label=_("Your list"), widget=forms.Textarea(attrs={"rows": 12, "wrap": "off", "spellcheck": "false"}), strip=False,
        help_text=_("Article or name, quantity, unit, date, price, note: with or without headings."),
    )  # fmt: skip

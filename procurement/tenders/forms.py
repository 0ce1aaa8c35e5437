"""Forms of tenders."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.utils.translation import gettext_lazy as _

from procurement.tenders.methods import METHODS
from procurement.tenders.models import Tender
from srm.ui import forms
from srm.ui.lookups import lookup


@lookup("tenders", model=Tender, permission="tenders.view")
def tenders(actor: Any, text: str) -> list[tuple]:
    """Tenders by number or title."""
    rows = Tender.objects.visible_to(actor)
    rows = (rows.search(text) if text else rows).order_by("-created_at")[:20]
    return [(one.public_id, one.title, f"{one.number} · {one.state_label}") for one in rows]


class TenderForm(forms.ModelForm):
    """What is asked for, until when, on which terms."""

    currency = forms.CurrencyField(label=_("Currency"), help_text=_("Suppliers quote in this currency."))
    category = forms.PickerField("categories", label=_("Category"), required=False)
    buyer = forms.PickerField("users", label=_("Buyer"), required=False)

    class Meta:
        model = Tender
        fields = [
            "title",
            "method",
            "deadline",
            "category",
            "buyer",
            "currency",
            "incoterm",
            "payment_days",
            "description",
        ]

    layout = [
        "title", ("method", "deadline"), ("category", "buyer"), _("Terms"), ("currency", "incoterm"), "payment_days",
        "description",
    ]  # fmt: skip


def _methods() -> list[tuple[str, Any]]:
    return [("", _("as the category's policy says")), *((code, method.label) for code, method in METHODS.items())]


class TenderCreateForm(TenderForm):
    """The same, and whom to ask."""

    method = forms.ChoiceField(label=_("Method"), choices=_methods, required=False)
    suppliers = forms.PickerField(
        "suppliers", label=_("Suppliers to ask"), multiple=True, required=False,
        help_text=_("More can be added until the deadline; fitting ones are suggested on the next page."),
    )  # fmt: skip
    layout = [*TenderForm.layout, _("Suppliers"), "suppliers"]


class LotLineForm(forms.Form):
    """What suppliers quote for."""

    item = forms.PickerField(
        "items", label=_("Item"), required=False, fills={"unit": "unit", "price": "baseline"},
    )  # fmt: skip
    description = django_forms.CharField(label=_("Or in words"), max_length=300, required=False)
    quantity = forms.QuantityField(label=_("Quantity"))
    unit = forms.PickerField("units", label=_("Unit"), required=False)
    need_by = forms.DateField(label=_("Needed by"))
    place = forms.PickerField("places", label=_("Delivery place"))
    baseline = forms.PriceField(label=_("Baseline price"), required=False)
    lot = django_forms.CharField(label=_("Lot"), max_length=150, required=False)


class TenderLines(forms.LineFormSet):
    """The lines of all lots."""

    form = LotLineForm
    label = _("Lines")
    min_lines = 1
    hint = _("Lines with the same lot are offered and awarded together. Paste rows from Excel into any cell.")


class InviteForm(forms.Form):
    """Whom else to ask."""

    suppliers = forms.PickerField("suppliers", label=_("Suppliers"), multiple=True)


class DeadlineForm(forms.Form):
    """A later deadline."""

    deadline = forms.DateTimeField(
        label=_("New deadline"), help_text=_("Only later than now; all invited suppliers are told.")
    )
    reason = django_forms.CharField(
        label=_("Reason"), max_length=500, required=False, widget=django_forms.Textarea(attrs={"rows": 2})
    )

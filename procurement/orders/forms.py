"""Forms of orders: the draft, its lines, the supplier's answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms as django_forms
from django.utils.translation import gettext_lazy as _

from procurement.orders.models import OrderLine, PurchaseOrder
from srm.core import clock
from srm.ui import forms

PAYS = _("Pays for what no request asked for, such as goods for stock.")


class OrderForm(forms.ModelForm):
    """The head of an order written by hand."""

    legal_entity = forms.PickerField("legal-entities", label=_("Legal entity"))
    supplier = forms.PickerField("suppliers", label=_("Supplier"))
    place = forms.PickerField("places", label=_("Delivery place"))
    cost_center = forms.PickerField("cost-centers", label=_("Cost centre"), required=False, help_text=PAYS)

    class Meta:
        model = PurchaseOrder
        fields = [
            "legal_entity", "supplier", "place", "cost_center", "currency", "incoterm", "payment_days", "freight",
            "share_rule", "note",
        ]  # fmt: skip

    layout = [
        ("legal_entity", "supplier"), ("place", "incoterm"), ("currency", "payment_days"), ("cost_center", "freight"), "share_rule",
        "note",
    ]  # fmt: skip


class PayerForm(forms.ModelForm):
    """Who pays for what no request asked for."""

    cost_center = forms.PickerField("cost-centers", label=_("Cost centre"), required=False, help_text=PAYS)

    class Meta:
        model = PurchaseOrder
        fields = ["cost_center"]


class AgreedForm(forms.Form):
    """Which agreed offer, how much of it, for when, and who pays for what comes beyond the need."""

    article = django_forms.ChoiceField(label=_("Offer"))
    quantity = forms.QuantityField(
        label=_("Quantity"), help_text=_("In the unit of the offer, as the supplier sells it.")
    )
    need_by = forms.DateField(label=_("Wanted"), required=False)
    cost_center = forms.PickerField(
        "cost-centers", label=_("Who pays for the surplus"), required=False,
        help_text=_("Pays for what comes beyond the need. Left open, it is asked for when the order is approved, where budgets stop."),
    )  # fmt: skip

    layout = ["article", ("quantity", "need_by"), "cost_center"]

    def __init__(self, *args: Any, offers: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["article"] = django_forms.ChoiceField(label=_("Offer"), choices=offers)


class OrderLineForm(forms.Form):
    """One line: an item or words, how much, at what price."""

    item = forms.PickerField("items", label=_("Item"), required=False, fills={"unit": "unit", "price": "price"})
    description = django_forms.CharField(label=_("Or in words"), max_length=300, required=False)
    quantity = forms.QuantityField(label=_("Quantity"))
    unit = forms.PickerField("units", label=_("Unit"))
    price = forms.PriceField(label=_("Price"))
    price_basis = forms.IntegerField(label=_("Price for"), min_value=1, max_value=1_000_000, initial=1, required=False)
    need_by = forms.DateField(label=_("Wanted"), required=False)

    def clean_price_basis(self) -> int:
        """How many units the price is for; one, if nothing is said."""
        return self.cleaned_data["price_basis"] or 1


class OrderLines(forms.LineFormSet):
    """The lines of an order."""

    form = OrderLineForm
    label = _("Lines")
    min_lines = 1
    totals = {"amount": ("quantity", "price")}
    total_per = "price_basis"

    @staticmethod
    def initial_of(order: PurchaseOrder) -> list[dict]:
        """The lines as the form shows them."""
        rows = order.lines.select_related("item", "unit")
        return [
            {"id": row.public_id, "item": row.item, "description": row.description, "quantity": row.quantity,
             "unit": row.unit, "price": row.price, "price_basis": row.price_basis,
             "need_by": row.need_by}
            for row in rows
        ]  # fmt: skip


class PeriodForm(forms.Form):
    """From when to when; this year until today when nothing is said."""

    since = forms.DateField(label=_("From"), required=False)
    until = forms.DateField(label=_("To"), required=False)

    def period(self) -> tuple[dt.date, dt.date]:
        """The days, both included."""
        said = self.cleaned_data if self.is_valid() else {}
        today = clock.today()
        return said.get("since") or today.replace(month=1, day=1), said.get("until") or today

    def clean(self) -> dict:
        """The end is not before the beginning."""
        values = super().clean() or {}
        if values.get("since") and values.get("until") and values["until"] < values["since"]:
            self.add_error("until", _("This is before the first day."))
        return values


class ConfirmForm(forms.Form):
    """The supplier's answer: a note, and, where quantities or dates differ, the lines."""

    note = django_forms.CharField(
        label=_("Note to the buyer"), max_length=1000, required=False, widget=django_forms.Textarea(attrs={"rows": 2})
    )
    lines = django_forms.JSONField(required=False, widget=django_forms.HiddenInput)


class ConfirmLineForm(forms.Form):
    """One line of the answer as the portal asks for it."""

    quantity = forms.QuantityField(label=_("We deliver"))
    on = forms.DateField(label=_("On"))

    def __init__(self, *args, line: OrderLine, **options) -> None:
        self.line = line
        options.setdefault("initial", {"quantity": line.owed, "on": line.confirmed_on or line.need_by})
        super().__init__(*args, **options)

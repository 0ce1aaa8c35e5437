"""The form at the gate: what came of each line of the order."""

from __future__ import annotations

from typing import cast

from django import forms as django_forms
from django.utils.translation import gettext_lazy as _

from procurement.orders.models import OrderLine, PurchaseOrder
from srm.core import clock
from srm.stock.models import Warehouse
from srm.ui import forms


class ReceiptForm(forms.Form):
    """Head of a receipt; the warehouse of the order's place is proposed."""

    received_on = forms.DateField(label=_("Received on"))
    warehouse = django_forms.ModelChoiceField(label=_("Warehouse"), queryset=Warehouse.objects.none(), required=False)
    delivery_note = django_forms.CharField(label=_("Delivery note"), max_length=60, required=False)
    note = django_forms.CharField(
        label=_("Note"), max_length=1000, required=False, widget=django_forms.Textarea(attrs={"rows": 2})
    )
    layout = [("received_on", "warehouse"), ("delivery_note", "note")]

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        warehouse = cast(django_forms.ModelChoiceField, self.fields["warehouse"])
        warehouse.queryset = Warehouse.objects.filter(is_active=True)


class CameField(forms.DecimalField):
    """A quantity that may be zero: nothing of it came."""

    def __init__(self, **options) -> None:
        options.setdefault("required", False)
        super().__init__(**options)


class ReceiptLineForm(forms.Form):
    """What came of one line, in base units."""

    what = django_forms.CharField(label=_("Item"), disabled=True, required=False)
    expected = django_forms.CharField(label=_("Expected"), disabled=True, required=False)
    quantity = CameField(label=_("Accepted"))
    rejected = CameField(label=_("Rejected"))
    reason = django_forms.CharField(label=_("Why rejected"), max_length=300, required=False)


class ReceiptLines(forms.LineFormSet):
    """The open lines of an order, filled in with what is expected."""

    form = ReceiptLineForm
    label = _("What came")
    edit_only = True

    @staticmethod
    def expected_of(order: PurchaseOrder) -> list[dict]:
        """One row per line that is still expected."""
        rows = order.lines.select_related("item__base_unit", "unit")
        return [
            {"id": row.public_id, "what": row.what, "expected": f"{row.outstanding.normalize():f} {unit_of(row)}",
             "quantity": row.outstanding, "rejected": None, "reason": ""}
            for row in rows if row.outstanding > 0
        ]  # fmt: skip


class ConfirmForm(forms.Form):
    """When it was done or came."""

    received_on = forms.DateField(label=_("Done or received on"))
    note = django_forms.CharField(
        label=_("Note"), max_length=1000, required=False, widget=django_forms.Textarea(attrs={"rows": 2}),
        help_text=_("What was done, and how well. The buyer reads it."),
    )  # fmt: skip


class ConfirmLineForm(forms.Form):
    """How much of one need, in its base unit."""

    what = django_forms.CharField(label=_("Item"), disabled=True, required=False)
    supplier = django_forms.CharField(label=_("Supplier"), disabled=True, required=False)
    expected = django_forms.CharField(label=_("Still to come"), disabled=True, required=False)
    quantity = CameField(label=_("Done or arrived"))


class ConfirmLines(forms.LineFormSet):
    """What is still to come for a request, filled in with all of it."""

    form = ConfirmLineForm
    label = _("What was done, or has arrived?")
    hint = _("Enter less if it is only a part; empty if nothing yet.")
    edit_only = True


def unit_of(line: OrderLine) -> str:
    """The symbol of the base unit of an order line."""
    return str(line.item.base_unit if line.item else line.unit)


def initial_of(order: PurchaseOrder) -> dict:
    """Today, into the warehouse of the order's place."""
    warehouse = Warehouse.objects.filter(is_active=True, place=order.place).first()
    return {"received_on": clock.today(), "warehouse": warehouse or Warehouse.objects.filter(is_active=True).first()}

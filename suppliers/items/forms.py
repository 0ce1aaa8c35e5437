"""Forms of items at suppliers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from srm.core.fields import PRICE_PLACES
from srm.ui import forms
from suppliers.items.models import SupplierItem, SupplierPrice


class SupplierItemForm(forms.ModelForm):
    """How a supplier sells an item."""

    supplier = forms.PickerField("suppliers", label=_("Supplier"))
    item = forms.PickerField("items", label=_("Item"), fills={"unit": "unit"})
    unit = forms.PickerField("units", label=_("Sold by"), help_text=_("What his prices and quantities count."))
    factor = forms.DecimalField(
        label=_("Base units in it"), places=PRICE_PLACES, min_value=0, required=False,
        help_text=_("Left empty, the item's own packs say it."),
    )  # fmt: skip

    class Meta:
        model = SupplierItem
        fields = [
            "supplier", "item", "article", "name", "unit", "factor", "min_quantity", "multiple", "lead_days", "standing",
            "note",
        ]  # fmt: skip

    layout = [
        ("supplier", "item"), ("article", "name"), _("How it is sold"), ("unit", "factor"), ("min_quantity", "multiple"),
        ("lead_days", "standing"), "note",
    ]  # fmt: skip


class PriceForm(forms.Form):
    """One price."""

    from_quantity = forms.DecimalField(label=_("From quantity"), min_value=0, required=False)
    price = forms.PriceField(label=_("Price"))
    currency = forms.CurrencyField(label=_("Currency"), required=False)
    basis = forms.ChoiceField(label=_("Basis"), choices=SupplierPrice.Basis.choices, initial="list")
    valid_from = forms.DateField(label=_("Valid from"), required=False)
    valid_to = forms.DateField(label=_("Valid until"), required=False)
    agreement = forms.CharField(label=_("Agreement"), max_length=60, required=False)
    max_quantity = forms.QuantityField(label=_("At most, quantity"), required=False)
    max_amount = forms.AmountField(label=_("At most, amount"), required=False)
    total_quantity = forms.QuantityField(label=_("In all, quantity"), required=False)
    total_amount = forms.AmountField(label=_("In all, amount"), required=False)


class PriceLines(forms.LineFormSet):
    form = PriceForm
    label = _("Prices")
    hint = _(
        "The price of one unit he sells by, from a quantity on. An agreement may be limited for one order and in all."
    )
    max_lines = 200

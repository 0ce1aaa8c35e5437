"""Forms of promises."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from srm.core import clock
from srm.ui import forms


class HandOutForm(forms.Form):
    """How much goes, when, and who takes it."""

    quantity = forms.QuantityField(label=_("Quantity"), help_text=_("In the item's base unit."))
    moved_on = forms.DateField(label=_("Date"), initial=clock.today)
    counterpart = forms.forms.CharField(
        label=_("Who takes it"), max_length=200, required=False, help_text=_("Left empty: the requester.")
    )

    layout = [("quantity", "moved_on"), "counterpart"]


class BackForm(forms.Form):
    """How much, and why."""

    quantity = forms.QuantityField(label=_("Quantity"), help_text=_("In the item's base unit."))
    reason = forms.forms.CharField(label=_("Reason"), min_length=3, max_length=300)

    layout = ["quantity", "reason"]

"""Forms of counts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from srm.catalog import lookups as catalog_lookups  # noqa: F401  the pickers below ask them
from srm.core import clock
from srm.core.fields import QUANTITY_PLACES
from srm.stock import lookups  # noqa: F401
from srm.ui import forms


class CountForm(forms.Form):
    """What is counted, when, why."""

    warehouse = forms.PickerField("warehouses", label=_("Warehouse"))
    location = forms.PickerField(
        "locations", label=_("Location"), required=False, help_text=_("Left empty: the whole warehouse.")
    )
    counted_on = forms.DateField(label=_("Date"), initial=clock.today)
    reason = forms.forms.CharField(label=_("Why"), max_length=200, help_text=_("For example: yearly count, breakage."))

    layout = [("warehouse", "location"), ("counted_on", "reason")]


class FigureForm(forms.Form):
    """What was counted of one item."""

    what = forms.forms.CharField(label=_("Item"), disabled=True, required=False)
    expected = forms.forms.CharField(label=_("Books"), disabled=True, required=False)
    counted = forms.DecimalField(label=_("Counted"), places=QUANTITY_PLACES, min_value=0, required=False)
    note = forms.forms.CharField(label=_("Note"), max_length=300, required=False)


class Figures(forms.LineFormSet):
    """The lines of a count, to be filled in."""

    form = FigureForm
    label = _("What lies there")
    edit_only = True


class FoundForm(forms.Form):
    """Something lies there that the books do not know."""

    found = forms.PickerField(
        "items", label=_("Also found"), required=False, help_text=_("An item that is not listed.")
    )
    found_quantity = forms.DecimalField(
        label=_("Counted"), places=QUANTITY_PLACES, min_value=0, required=False, help_text=_("In the item's base unit.")
    )

    layout = [("found", "found_quantity")]

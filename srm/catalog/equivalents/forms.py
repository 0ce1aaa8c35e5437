"""Forms of equivalents."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from srm.catalog import lookups  # noqa: F401  the pickers below ask them
from srm.catalog.equivalents.models import ItemEquivalent
from srm.ui import forms


class EquivalentEditForm(forms.ModelForm):
    """What of an equivalent may change: everything but the two items."""

    factor = forms.DecimalField(
        places=6, max_digits=15, label=_("How many replace one"), required=False,
        help_text=_("Base units of the second item for one of the first. Left empty, the units say it."),
    )  # fmt: skip
    valid_from = forms.DateField(label=_("Valid from"), required=False, help_text=_("Left empty: from today on."))
    valid_to = forms.DateField(label=_("Valid until"), required=False)

    class Meta:
        model = ItemEquivalent
        fields = ["factor", "both_ways", "valid_from", "valid_to", "note"]

    layout = [("factor", "both_ways"), ("valid_from", "valid_to"), "note"]


class EquivalentForm(EquivalentEditForm):
    """Two items, and how many of the second replace one of the first."""

    item = forms.PickerField("items", label=_("Item"))
    equivalent = forms.PickerField("items", label=_("May be replaced by"))

    class Meta(EquivalentEditForm.Meta):
        fields = ["item", "equivalent", *EquivalentEditForm.Meta.fields]

    layout = [("item", "equivalent"), *EquivalentEditForm.layout]

"""Forms of the steward."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from srm.catalog import lookups  # noqa: F401  the pickers below ask them
from srm.ui import forms


class PairForm(forms.Form):
    """Two items that a person takes for one."""

    first = forms.PickerField("items", label=_("First item"))
    second = forms.PickerField("items", label=_("Second item"))

    layout = [("first", "second")]


class RefusalForm(forms.Form):
    """Why they are two."""

    note = forms.CharField(
        label=_("Why not"),
        max_length=300,
        required=False,
        help_text=_("What tells them apart, for the next one who asks."),
    )

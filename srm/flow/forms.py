"""Forms that many moves share."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ReasonForm(forms.Form):
    """Asks why; the answer goes to the history and to those concerned."""

    reason = forms.CharField(
        label=_("Reason"), min_length=3, max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Those concerned will read it."),
    )  # fmt: skip

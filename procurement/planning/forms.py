"""Forms of planning."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from srm.ui import forms


class MergeForm(forms.Form):
    """How to merge: the window, whether own stock comes first, a name to find it again."""

    window_days = forms.forms.IntegerField(
        label=_("Need-by window, days"), min_value=0, max_value=366, initial=7,
        help_text=_("Needs whose dates lie within so many days go together."),
    )  # fmt: skip
    stock_first = forms.forms.BooleanField(
        label=_("Take from own stock first"), required=False, initial=True,
        help_text=_("What lies free at the place is promised; only the rest is bought."),
    )  # fmt: skip
    title = forms.forms.CharField(label=_("Title"), required=False, max_length=150)

    layout = [("window_days", "title"), "stock_first"]


class ReleaseForm(forms.Form):
    """Why merged needs are released."""

    reason = forms.forms.CharField(
        label=_("Reason"), min_length=3, max_length=300, widget=forms.forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

"""Forms of scheduled needs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from srm.ui import forms


class WithdrawNeedForm(forms.Form):
    """Why it is not needed any more."""

    reason = forms.CharField(
        label=_("Reason"), min_length=3, max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Those concerned will read it."),
    )  # fmt: skip

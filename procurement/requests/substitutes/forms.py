"""Forms of proposed substitutes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from procurement.requests.forms import OneLineForm
from srm.ui import forms


class ProposeForm(OneLineForm):
    """For which line, what, how much of it, at which price, and why."""

    item = forms.PickerField("items", label=_("Item to be bought instead"))
    factor = forms.DecimalField(
        places=6, max_digits=15, label=_("How many replace one"), required=False,
        help_text=_("Base units of it for one of what was asked for. Left empty, the catalog or the units say it."),
    )  # fmt: skip
    price = forms.PriceField(
        label=_("Price, about"), required=False,
        help_text=_("For one base unit of it. Left empty: its last price, or the line costs what it did."),
    )  # fmt: skip
    reason = forms.forms.CharField(
        label=_("Why?"), min_length=3, max_length=500, widget=forms.forms.Textarea(attrs={"rows": 2}),
        help_text=_("The requester will read it."),
    )  # fmt: skip

    layout = ["line", "item", ("factor", "price"), "reason"]


class AnswerForm(forms.Form):
    """Yes or no, and why not."""

    decision = forms.forms.ChoiceField(
        label=_("Your answer"), widget=forms.forms.RadioSelect,
        choices=[("accept", _("Yes, take it")), ("decline", _("No, I need what I asked for"))],
    )  # fmt: skip
    reason = forms.forms.CharField(
        label=_("Why not?"), required=False, max_length=500, widget=forms.forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed when you decline; the buyer will read it."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """A refusal needs its reason."""
        values = super().clean() or self.cleaned_data
        if values.get("decision") == "decline" and len((values.get("reason") or "").strip()) < 3:
            self.add_error("reason", _("Say why, in 3 to 500 characters."))
        return values


class WithdrawForm(forms.Form):
    """Why it is taken back, if that is worth a word."""

    reason = forms.forms.CharField(label=_("Reason"), required=False, max_length=500)

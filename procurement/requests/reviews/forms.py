"""The form of a review."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from srm.ui import forms


class ReviewForm(forms.Form):
    """Was it right to buy first, and why."""

    decision = forms.forms.ChoiceField(
        label=_("Your decision"), widget=forms.forms.RadioSelect,
        choices=[("justified", _("Justified: it could not wait")), ("unjustified", _("Not justified: it should have been asked for"))],
    )  # fmt: skip
    note = forms.forms.CharField(
        label=_("Note"), min_length=3, max_length=500, widget=forms.forms.Textarea(attrs={"rows": 3}),
        help_text=_("The requester and the head of the department will read it."),
    )  # fmt: skip

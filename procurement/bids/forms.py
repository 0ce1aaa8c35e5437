"""Forms of offers."""

from django import forms as django_forms
from django.utils.translation import gettext_lazy as _

from srm.ui import forms


class DeclineForm(forms.Form):
    """Why not, if the supplier wants to say."""

    reason = django_forms.CharField(
        label=_("Reason"), required=False, max_length=300, widget=django_forms.Textarea(attrs={"rows": 2}),
        help_text=_("The buyer reads it. You may leave it empty."),
    )  # fmt: skip

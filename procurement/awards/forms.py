"""Forms of awards."""

from django import forms as django_forms
from django.utils.translation import gettext_lazy as _

from srm.ui import forms


class ProposeForm(forms.Form):
    """Why this choice."""

    reason = django_forms.CharField(
        label=_("Reason"), required=False, max_length=2000, widget=django_forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed when an offer is chosen that is not the cheapest. The approver and the auditor read it."),
    )  # fmt: skip

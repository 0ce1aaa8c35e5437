"""The form of the low-value limits."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from procurement.requests.lowvalue.models import LowValueRule
from srm.org import lookups  # noqa: F401  the picker below asks it
from srm.ui import forms


class LowValueRuleForm(forms.ModelForm):
    """Whose limits, and how much."""

    legal_entity = forms.PickerField("legal-entities", label=_("Legal entity"))

    class Meta:
        model = LowValueRule
        fields = ["legal_entity", "is_on", "most_request", "most_year"]

    layout = [("legal_entity", "is_on"), ("most_request", "most_year")]

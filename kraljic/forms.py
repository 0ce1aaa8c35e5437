"""What an assessment is computed over."""

from __future__ import annotations

import datetime as dt

from django import forms as django_forms
from django.utils.translation import gettext_lazy as _

from kraljic.models import Assessment
from srm.core import clock
from srm.ui import forms


class AssessForm(forms.Form):
    """Subject and period; the last twelve months by default."""

    subject = django_forms.ChoiceField(label=_("Of"), choices=Assessment.Subject.choices)
    legal_entity = forms.PickerField("legal-entities", label=_("Legal entity"))
    period_from = forms.DateField(label=_("From"))
    period_to = forms.DateField(label=_("To"))
    layout = [("subject", "legal_entity"), ("period_from", "period_to")]

    def clean(self) -> dict:
        """The period must not be upside down."""
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("period_from"), cleaned.get("period_to")
        if first and last and first >= last:
            self.add_error("period_to", _("The end must come after the beginning."))
        return cleaned


def last_year() -> tuple[dt.date, dt.date]:
    """The twelve months up to today."""
    today = clock.today()
    return today - dt.timedelta(days=365), today

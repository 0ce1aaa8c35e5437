"""Which period goes to the accounting system."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from srm.core import clock
from srm.ui import forms


class ExportForm(forms.Form):
    """Legal entity and period, both days included."""

    legal_entity = forms.PickerField("legal-entities", label=_("Legal entity"))
    period_from = forms.DateField(label=_("From"))
    period_to = forms.DateField(label=_("To"))
    layout = ["legal_entity", ("period_from", "period_to")]


def last_month() -> tuple[dt.date, dt.date]:
    """First and last day of the month before this one."""
    last = clock.today().replace(day=1) - dt.timedelta(days=1)
    return last.replace(day=1), last

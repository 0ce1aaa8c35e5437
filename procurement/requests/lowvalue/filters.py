"""Filters of the low-value limits."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from procurement.requests.lowvalue.models import LowValueRule
from srm.ui import filters


class LowValueRuleFilter(filters.FilterSet):
    is_on = filters.YesNoFilter(label=_("Limits apply"))

    class Meta:
        model = LowValueRule
        fields: list[str] = []

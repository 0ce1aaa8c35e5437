"""The table of the low-value limits."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from procurement.requests.lowvalue.models import LowValueRule
from srm.ui import tables


class LowValueRuleTable(tables.Table):
    legal_entity = tables.TextColumn()
    is_on = tables.FlagColumn(yes=_("on"), no=_("off"))
    most_request = tables.MoneyColumn(currency="legal_entity.currency")
    most_year = tables.MoneyColumn(currency="legal_entity.currency")

    class Meta:
        model = LowValueRule

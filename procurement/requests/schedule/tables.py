"""The table of scheduled needs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from procurement.requests.schedule.models import ScheduledNeed
from srm.ui import tables


class ScheduleTable(tables.Table):
    reference = tables.TextColumn()
    item = tables.TextColumn(accessor="item.article", hint="item.name")
    quantity = tables.QuantityColumn(unit="unit")
    need_by = tables.DateColumn(sort="need_by")
    cost_center = tables.TextColumn(accessor="cost_center.code")
    place = tables.TextColumn(accessor="place.name")
    source = tables.TextColumn()
    origin = tables.TextColumn(wide=True)
    is_gone = tables.FlagColumn(yes=_("not named any more"), no="")

    class Meta:
        model = ScheduledNeed
        hidden = ("place", "source")

"""Tables of counts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from srm.counts.models import CountLine, StockCount
from srm.ui import tables


class CountTable(tables.Table):
    number = tables.TextColumn(hint="reason")
    warehouse = tables.TextColumn(accessor="warehouse.code", hint="warehouse.name")
    location = tables.TextColumn(accessor="location.code")
    counted_on = tables.DateColumn()
    line_count = tables.NumberColumn()
    difference_count = tables.NumberColumn()
    state = tables.StateColumn()

    class Meta:
        model = StockCount


class LineTable(tables.Table):
    item = tables.TextColumn(accessor="item.article", hint="item.name")
    expected = tables.QuantityColumn(unit="item.base_unit")
    counted = tables.QuantityColumn(unit="item.base_unit")
    difference = tables.QuantityColumn(_("Difference"), unit="item.base_unit")
    note = tables.TextColumn()

    class Meta:
        model = CountLine

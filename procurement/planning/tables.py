"""Tables of demand."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from procurement.planning.models import Demand, DemandLine
from srm.ui import tables


class DemandTable(tables.Table):
    number = tables.TextColumn(hint="title")
    buyer = tables.TextColumn(accessor="buyer.name")
    line_count = tables.NumberColumn()
    need_count = tables.NumberColumn()
    department_count = tables.NumberColumn()
    window_days = tables.NumberColumn()
    created = tables.TimeColumn(_("Made"), accessor="created_at")
    legal_entity = tables.TextColumn(accessor="legal_entity.code")

    class Meta:
        model = Demand
        hidden = ("legal_entity",)


class DemandLineTable(tables.Table):
    what = tables.TextColumn(_("Item"), hint="category.name")
    demand = tables.LinkColumn(_("Demand"), accessor="demand")
    quantity = tables.QuantityColumn(unit="unit")
    open_quantity = tables.QuantityColumn(unit="unit")
    place = tables.TextColumn(accessor="place.name")
    need_from = tables.DateColumn()
    need_to = tables.DateColumn()
    need_count = tables.NumberColumn()
    estimate = tables.PriceColumn()

    class Meta:
        model = DemandLine
        hidden = ("need_to", "estimate")

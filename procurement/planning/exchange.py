"""Demand as sheets."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from procurement.planning.models import Demand, DemandLine
from srm.exchange.columns import Col
from srm.exchange.sheets import Sheet


class DemandSheet(Sheet):
    model = Demand
    columns = [
        Col("number", way="out"),
        Col("title", way="out"),
        Col("buyer", _("Buyer"), source="buyer.name", way="out"),
        Col("line_count", kind="whole", way="out"),
        Col("need_count", kind="whole", way="out"),
        Col("department_count", kind="whole", way="out"),
        Col("window_days", kind="whole", way="out"),
        Col("created_at", kind="moment", way="out"),
    ]


class DemandLineSheet(Sheet):
    model = DemandLine
    columns = [
        Col("demand", _("Demand"), source="demand.number", way="out"),
        Col("article", _("Article"), source="item.article", way="out"),
        Col("what", _("Item"), source=lambda row: row.item.name if row.item else row.description, way="out"),
        Col("category", _("Category"), source="category.name", way="out"),
        Col("quantity", kind="quantity", way="out"),
        Col("open_quantity", kind="quantity", way="out"),
        Col("unit", _("Unit"), source="unit.symbol", way="out"),
        Col("place", _("Delivery place"), source="place.name", way="out"),
        Col("need_from", kind="date", way="out"),
        Col("need_to", kind="date", way="out"),
        Col("need_count", kind="whole", way="out"),
        Col("estimate", kind="price", way="out"),
        Col("currency", way="out"),
    ]

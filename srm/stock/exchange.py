"""Stock as sheets."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from srm.exchange.columns import Col
from srm.exchange.sheets import Sheet
from srm.stock.models import StockLevel, StockMove


class LevelSheet(Sheet):
    """What lies where."""

    model = StockLevel
    columns = [
        Col("article", _("Article"), source="item.article"),
        Col("name", _("Name"), source="item.name"),
        Col("warehouse", _("Warehouse"), source="warehouse.code"),
        Col("on_hand", kind="quantity"),
        Col("reserved", kind="quantity"),
        Col("free", _("Free"), kind="quantity", source="free"),
        Col("unit", _("Unit"), source="item.base_unit.symbol"),
        Col("value", kind="amount"),
        Col("currency", _("Currency"), source="warehouse.legal_entity.currency"),
    ]


class MoveSheet(Sheet):
    """How it came there."""

    model = StockMove
    columns = [
        Col("moved_on", kind="date"),
        Col("kind", kind="choice"),
        Col("article", _("Article"), source="item.article"),
        Col("name", _("Name"), source="item.name"),
        Col("warehouse", _("Warehouse"), source="warehouse.code"),
        Col("quantity", kind="quantity"),
        Col("unit", _("Unit"), source="item.base_unit.symbol"),
        Col("value", kind="amount"),
        Col("currency", _("Currency"), source="warehouse.legal_entity.currency"),
        Col("document_number"),
        Col("counterpart"),
        Col("reason"),
        Col("created_by", _("By"), source="created_by.name"),
    ]

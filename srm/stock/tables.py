"""Tables of stock."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from srm.flow.origin import OriginColumn
from srm.stock.models import Location, LocationLevel, StockLevel, StockMove, Warehouse
from srm.ui import tables


class LevelTable(tables.Table):
    item = tables.TextColumn(accessor="item.article", hint="item.name", sort="item")
    warehouse = tables.TextColumn(accessor="warehouse.code", hint="warehouse.name")
    on_hand = tables.QuantityColumn(unit="item.base_unit")
    reserved = tables.QuantityColumn(unit="item.base_unit")
    free = tables.QuantityColumn(_("Free"), unit="item.base_unit")
    value = tables.MoneyColumn(currency="warehouse.legal_entity.currency")

    class Meta:
        model = StockLevel


class ItemLevelTable(tables.Table):
    """Where one item lies."""

    warehouse = tables.LinkColumn()
    place = tables.TextColumn(_("Place"), accessor="warehouse.where")
    on_hand = tables.QuantityColumn(unit="item.base_unit")
    reserved = tables.QuantityColumn(unit="item.base_unit")
    free = tables.QuantityColumn(_("Free"), unit="item.base_unit")

    class Meta:
        model = StockLevel


class MoveTable(tables.Table):
    moved_on = tables.DateColumn()
    kind = tables.ChoiceColumn()
    item = tables.LinkColumn(accessor="item")
    warehouse = tables.TextColumn(accessor="warehouse.code")
    quantity = tables.QuantityColumn(unit="item.base_unit")
    value = tables.MoneyColumn(currency="warehouse.legal_entity.currency")
    document = OriginColumn(_("Document"))
    counterpart = tables.TextColumn()
    reason = tables.TextColumn()
    created_by = tables.TextColumn(_("By"), accessor="created_by.short_name")
    created_at = tables.TimeColumn(_("Written"))

    class Meta:
        model = StockMove
        hidden: tuple[str, ...] = ("created_at",)


class WarehouseTable(tables.Table):
    code = tables.TextColumn()
    name = tables.TextColumn(_("Name"))
    place = tables.TextColumn(accessor="where")
    legal_entity = tables.TextColumn()
    is_active = tables.TextColumn(accessor="standing")

    class Meta:
        model = Warehouse


class LocationTable(tables.Table):
    code = tables.TextColumn(hint="name")
    warehouse = tables.TextColumn(accessor="warehouse.code", hint="warehouse.name")
    parent = tables.TextColumn(accessor="parent.code")
    role = tables.ChoiceColumn()
    is_active = tables.FlagColumn(yes="", no=_("closed"))

    class Meta:
        model = Location


class ContentTable(tables.Table):
    """What lies in one location."""

    item = tables.TextColumn(accessor="item.article", hint="item.name")
    on_hand = tables.QuantityColumn(unit="item.base_unit")

    class Meta:
        model = LocationLevel

"""Tables of the catalog."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from srm.catalog.models import Category, Item, ItemUnit, Unit
from srm.catalog.pictures.tables import PictureColumn
from srm.ui import tables


class TreeColumn(tables.TextColumn):
    """A name, further in the deeper it stands in its tree."""

    def cell(self, row: Any, name: str) -> SafeString:
        """The name with its indentation."""
        inside = super().cell(row, name)
        return format_html('<span style="padding-inline-start:{}rem">{}</span>', row.depth * 1.25, inside)


class ItemTable(tables.Table):
    article = tables.TextColumn()
    picture = PictureColumn(_("Picture"))
    name = tables.TextColumn(_("Name"), wide=True)
    category = tables.LinkColumn()
    base_unit = tables.TextColumn(_("Unit"))
    reference_price = tables.PriceColumn()
    state = tables.StateColumn()
    is_service = tables.FlagColumn()
    created_at = tables.DateColumn(sort="created")
    updated_at = tables.DateColumn(sort="changed")

    class Meta:
        model = Item
        hidden = ("is_service", "created_at", "updated_at")


class CategoryTable(tables.Table):
    name = TreeColumn(_("Name"), sort="path")
    code = tables.TextColumn()
    segment = tables.QuadrantColumn()
    buyer = tables.TextColumn()
    cpv = tables.TextColumn()
    okpd2 = tables.TextColumn()
    unspsc = tables.TextColumn()
    is_active = tables.FlagColumn(yes="", no=_("closed"))

    class Meta:
        model = Category
        hidden: tuple[str, ...] = ("unspsc",)


class PartTable(CategoryTable):
    """Categories side by side, in a card."""

    class Meta(CategoryTable.Meta):
        hidden = ("cpv", "okpd2", "unspsc", "is_active")


class PackTable(tables.Table):
    unit = tables.TextColumn()
    factor = tables.QuantityColumn(_("Holds"), unit="item.base_unit")

    class Meta:
        model = ItemUnit


class UnitTable(tables.Table):
    code = tables.TextColumn()
    symbol = tables.TextColumn(_("Symbol"))
    name = tables.TextColumn(_("Name"))
    dimension = tables.ChoiceColumn()
    factor = tables.NumberColumn()
    okei = tables.TextColumn()

    class Meta:
        model = Unit

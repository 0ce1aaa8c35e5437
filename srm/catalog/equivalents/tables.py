"""Tables of equivalents."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from srm.catalog.equivalents.models import ItemEquivalent
from srm.catalog.models import Item
from srm.ui import tables


class EquivalentTable(tables.Table):
    item = tables.LinkColumn()
    equivalent = tables.LinkColumn()
    factor = tables.NumberColumn()
    both_ways = tables.FlagColumn()
    valid_from = tables.DateColumn()
    valid_to = tables.DateColumn()
    note = tables.TextColumn(wide=True)

    class Meta:
        model = ItemEquivalent


class OfItemTable(tables.Table):
    """Equivalents of one item, as its page shows them: `other` is the one that is not the page's."""

    other = tables.LinkColumn(_("Item"))
    way = tables.TextColumn(_("Which way"))
    needed = tables.QuantityColumn(_("How many replace one"), unit="other.base_unit")
    free = tables.QuantityColumn(_("Free in stock"), unit="other.base_unit")
    valid_to = tables.DateColumn()
    note = tables.TextColumn(wide=True)

    class Meta:
        model = ItemEquivalent


def seen_from(item: Item, row: ItemEquivalent, free: Mapping[int, Decimal], turned: Decimal) -> Any:
    """`row` with what `OfItemTable` shows of it on the page of `item`."""
    mine = row.item_id == item.pk
    row.other = row.equivalent if mine else row.item  # type: ignore[attr-defined]
    row.way = _("either replaces the other") if row.both_ways else (  # type: ignore[attr-defined]
        _("may replace this item") if mine else _("this item may replace it"))  # fmt: skip
    row.needed = row.factor if mine else turned if row.both_ways else None  # type: ignore[attr-defined]
    row.free = free.get(row.other.pk)  # type: ignore[attr-defined]
    return row

"""Tables of materials."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from procurement.subcontracting.models import MaterialMove, SuppliedMaterial
from srm.flow.origin import OriginColumn
from srm.ui import tables

UNIT = "item.base_unit"


class SomeColumn(tables.QuantityColumn):
    """A quantity that is rare: it takes room where there is any."""

    def is_needed(self, rows: Sequence[Any]) -> bool:
        return any(getattr(row, str(self.accessor)) for row in rows)


class MaterialTable(tables.Table):
    """Materials at suppliers: what was sent, and what became of it."""

    item = tables.TextColumn(_("Material"), accessor="item.name", hint="item.article")
    supplier = tables.TextColumn(_("Supplier"), accessor="order.supplier.name")
    order = tables.LinkColumn(accessor="order", hint="line.what")
    sent = tables.QuantityColumn(unit=UNIT)
    consumed = tables.QuantityColumn(unit=UNIT)
    by_bill = tables.QuantityColumn(_("By the bill"), unit=UNIT)
    returned = SomeColumn(unit=UNIT, accessor="returned")
    written_off = SomeColumn(unit=UNIT, accessor="written_off")
    left = tables.QuantityColumn(unit=UNIT)
    needed = tables.QuantityColumn(_("Needed in all"), unit=UNIT)

    class Meta:
        model = SuppliedMaterial
        hidden: tuple[str, ...] = ("needed",)


class OrderMaterialTable(MaterialTable):
    """The same on the page of one order."""

    class Meta(MaterialTable.Meta):
        exclude = ("supplier", "order")
        hidden = ()


class MoveTable(tables.Table):
    """How one material moved."""

    kind = tables.ChoiceColumn()
    quantity = tables.QuantityColumn(unit="material.item.base_unit")
    moved_on = tables.DateColumn()
    warehouse = tables.TextColumn()
    document = OriginColumn(_("Document"))
    reason = tables.TextColumn()
    created_by = tables.TextColumn(_("By"), accessor="created_by.short_name")

    class Meta:
        model = MaterialMove

"""Saying which materials we supply for the lines of an order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from procurement.orders import services as orders
from procurement.orders.models import OrderLine, OrderState, PurchaseOrder
from procurement.subcontracting.models import SuppliedMaterial
from srm.catalog.lifecycle import ItemState
from srm.catalog.models import Item
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, RuleBroken
from srm.core.quantities import clean_quantity
from srm.flow import records, uow

WHY = "the materials of the order in hand"
STATABLE = (OrderState.APPROVED, OrderState.SENT, OrderState.CONFIRMED)
Basis = SuppliedMaterial.Basis


def why_not_statable(order: PurchaseOrder) -> str:
    """Why materials cannot be stated for an order now; "" when they can. The lines of a draft may still change."""
    if order.state == OrderState.DRAFT:
        return _("Approve the order first: the lines of a draft may still change.")
    return "" if order.state in STATABLE else _("This order has ended.")


def locked_order(order: PurchaseOrder) -> PurchaseOrder:
    """The order as it is now, locked before its materials: everybody who writes them does so."""
    uow.require()
    orders.hold(order)
    rows = PurchaseOrder.objects.unscoped(WHY).select_related("supplier", "legal_entity", "buyer")
    return rows.get(pk=order.pk)


def locked_materials(order: PurchaseOrder) -> dict[str, SuppliedMaterial]:
    """The materials of a locked order by their public ids, locked, in the order of their items."""
    rows = SuppliedMaterial.objects.unscoped(WHY).select_for_update(of=("self",)).filter(order=order)
    joins = ("item__base_unit", "line__item", "line__unit", "store__legal_entity")
    return {row.public_id: row for row in rows.select_related(*joins).order_by("item", "pk")}


def state(
    order: PurchaseOrder, *, actor: Actor, lines: Iterable[Mapping[str, Any]], seen: Collection[str] | None = None
) -> list[SuppliedMaterial]:
    """The materials that we supply for an order, as a whole list; what is left out is not supplied any more.

    Args:
        lines: `id` of a known one or None, `line` (public id of the order's line), `item`, `basis`, `quantity` in the
            item's base unit.
        seen: ids of those that the writer saw; others, which somebody has added meanwhile, stay.

    Raises:
        InvalidInput: sentences by "lines.0.item". RuleBroken: the order is a draft or ended, or what was sent is left out.
    """
    locked = locked_order(order)
    if reason := why_not_statable(locked):
        raise RuleBroken([reason])
    known = locked_materials(locked)
    rows = _checked(locked, known, list(lines))
    named = {material.public_id for material, _values in rows if material is not None}
    _remove([row for key, row in known.items() if key not in named and (seen is None or key in seen)], locked, actor)
    return [_write(locked, material, values, actor) for material, values in rows]


Row = tuple[SuppliedMaterial | None, dict[str, Any]]


def _checked(order: PurchaseOrder, known: Mapping[str, SuppliedMaterial], lines: list[Mapping[str, Any]]) -> list[Row]:
    order_lines = {line.public_id: line for line in order.lines.select_related("item", "unit")}
    faults: dict[str, list[str]] = {}
    rows: list[Row] = []
    taken: set[tuple[int, int]] = set()
    for no, given in enumerate(lines):
        try:
            material = _known(known, given.get("id"))
            values = _values(order_lines, material, given)
            if (key := (values["line"].pk, values["item"].pk)) in taken:
                raise InvalidInput({"item": [_("This material is stated for the line already.")]})
            if material is not None and any(material.pk == one.pk for one, _values in rows if one):
                raise InvalidInput({"item": [_("This row is named twice.")]})
            taken.add(key)
            rows.append((material, values))
        except InvalidInput as fault:
            faults |= {
                f"lines.{no}.{'quantity' if name == '__all__' else name}": found for name, found in fault.errors.items()
            }
    if faults:
        raise InvalidInput(faults)
    return rows


def _known(known: Mapping[str, SuppliedMaterial], key: object) -> SuppliedMaterial | None:
    if not key:
        return None
    if str(key) not in known:
        raise InvalidInput({"item": [_("Somebody has removed this row meanwhile. Enter it anew if it is needed.")]})
    return known[str(key)]


def _values(
    order_lines: Mapping[str, OrderLine], material: SuppliedMaterial | None, given: Mapping[str, Any]
) -> dict[str, Any]:
    line, item, basis = order_lines.get(str(given.get("line") or "")), given.get("item"), given.get("basis")
    if line is None:
        raise InvalidInput({"line": [_("Choose a line of this order.")]})
    if not isinstance(item, Item):
        raise InvalidInput({"item": [_("Choose an item.")]})
    if basis not in Basis.values:
        raise InvalidInput({"basis": [_("Choose for what it is counted.")]})
    if material is not None and material.moved and (material.line_id, material.item_id) != (line.pk, item.pk):
        raise InvalidInput({"item": [_("It was sent already: line and item stay. Add another row instead.")]})
    if reason := _unfit(line, item, new=material is None or material.item_id != item.pk):
        raise InvalidInput({"item": [reason]})
    return {"line": line, "item": item, "basis": basis, "quantity": clean_quantity(given.get("quantity"))}


def _unfit(line: OrderLine, item: Item, *, new: bool) -> str:
    """Why an item cannot be a material of a line; "" when it can."""
    if item.is_service:
        return _("“%(item)s” is a service. Services are not kept in stock.") % {"item": item}
    if line.item_id == item.pk:
        return _("This is what is ordered itself.")
    if new and item.state != ItemState.ACTIVE:
        return _("“%(item)s” is not in use. Choose another item.") % {"item": item}
    return ""


def _remove(rows: Iterable[SuppliedMaterial], order: PurchaseOrder, actor: Actor) -> None:
    for row in rows:
        if row.moved:
            raise RuleBroken([_("“%(item)s” was sent already and cannot be removed.") % {"item": row.item}])
        records.remove(row, actor=actor, root=order)


def _write(
    order: PurchaseOrder, material: SuppliedMaterial | None, values: dict[str, Any], actor: Actor
) -> SuppliedMaterial:
    if material is None:
        return records.create(SuppliedMaterial, actor=actor, root=order, order=order, **values)
    return records.update(material, actor=actor, root=order, **values)

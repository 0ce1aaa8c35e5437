"""Sending materials, taking them back, putting right what was used, writing off.

Every function locks the order, then its materials, then the levels of stock in the order of the items.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from procurement.orders import services as orders
from procurement.orders.models import OrderState, PurchaseOrder
from procurement.subcontracting import notices
from procurement.subcontracting.booking import Kind, book
from procurement.subcontracting.models import MaterialMove, SuppliedMaterial
from procurement.subcontracting.selectors import lying_of
from procurement.subcontracting.stating import locked_materials, locked_order
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, RuleBroken, Stale
from srm.core.money import cents
from srm.core.quantities import clean_quantity, parse_decimal
from srm.flow.registry import guard
from srm.stock import holding
from srm.stock import services as stock
from srm.stock.models import Warehouse
from srm.ui import formats

OPEN = (OrderState.SENT, OrderState.CONFIRMED)
WHY = "what became of a material"
ZERO = Decimal(0)
SAID = 5
Chosen = list[tuple[int, SuppliedMaterial, Decimal]]


def send(
    order: PurchaseOrder, *, actor: Actor, warehouse: Warehouse, lines: Iterable[Mapping[str, Any]],
    moved_on: dt.date | None = None, note: str = "",
) -> list[MaterialMove]:  # fmt: skip
    """Materials leave `warehouse` for the supplier and lie there, promised to the order; the supplier is told.

    Args:
        lines: `id` of a material and `quantity` in its base unit; those without a quantity are left alone.

    Raises:
        InvalidInput: a quantity, the day or the store cannot be. RuleBroken: so much is not free, or the supplier does not
            have the order.
    """
    locked, moved_on = locked_order(order), _day(moved_on)
    if locked.state not in OPEN:
        raise RuleBroken([_("Materials are sent for an order that its supplier has. Send the order first.")])
    if warehouse.legal_entity_id != locked.legal_entity_id:
        raise InvalidInput({"warehouse": [_("This warehouse belongs to another legal entity.")]})
    chosen = _chosen(locked, lines)
    supplier = locked.supplier
    held = holding.store_at(
        actor=actor, holder=supplier.public_id, code=supplier.code, name=supplier.name, like=warehouse
    )
    moves = []
    for _no, material, quantity in chosen:
        material.store = held
        there = holding.hand_over(
            actor=actor, warehouse=warehouse, held=held, item=material.item, quantity=quantity, moved_on=moved_on,
            document=locked, reason=note,
        )  # fmt: skip
        moves.append(
            book(material, Kind.SENT, quantity, actor=actor, stock_move=there, moved_on=moved_on, warehouse=warehouse,
                 reason=note)
        )  # fmt: skip
    notices.tell_sent(locked, moves, actor=actor)
    return moves


def take_back(
    order: PurchaseOrder, *, actor: Actor, warehouse: Warehouse, lines: Iterable[Mapping[str, Any]],
    moved_on: dt.date | None = None, note: str = "",
) -> list[MaterialMove]:  # fmt: skip
    """What was left comes back into `warehouse`; an order of which everything came is closed then.

    Args:
        lines: `id` of a material and `quantity` in its base unit; those without a quantity are left alone.

    Raises:
        InvalidInput: a quantity, the day or the store cannot be.
    """
    locked, moved_on = locked_order(order), _day(moved_on)
    if warehouse.legal_entity_id != locked.legal_entity_id:
        raise InvalidInput({"warehouse": [_("This warehouse belongs to another legal entity.")]})
    moves = []
    for _no, material, quantity in _chosen(locked, lines, refusal=_beyond):
        back = holding.bring_back(
            actor=actor, held=store_of(material), warehouse=warehouse, item=material.item, quantity=quantity,
            moved_on=moved_on, document=locked, reason=note,
        )  # fmt: skip
        moves.append(
            book(material, Kind.RETURNED, quantity, actor=actor, stock_move=back, moved_on=moved_on,
                 warehouse=warehouse, reason=note)
        )  # fmt: skip
    orders.close_if_complete(locked, actor=actor)
    return moves


def correct(
    material: SuppliedMaterial, *, actor: Actor, used: Decimal, reason: str, version: int | None = None
) -> SuppliedMaterial:
    """`used` is what the supplier has used in all; the difference to the books becomes a move with the reason why.

    Raises:
        InvalidInput: no difference, no reason, or the figure cannot be. RuleBroken: so much was not there. Stale: it moved
            since `version`.
    """
    reason = _reason(reason)
    locked = _locked(material, version)
    used = _quantity(used, "used")
    difference = used - locked.consumed
    if not difference:
        raise InvalidInput({"used": [_("The books say so already.")]})
    if difference > locked.left:
        raise RuleBroken([_beyond(locked, difference)])
    words: dict[str, Any] = {"actor": actor, "held": store_of(locked), "item": locked.item, "moved_on": clock.today(),
                             "document": locked.order, "reason": reason}  # fmt: skip
    if difference > 0:
        move = holding.use_up(quantity=difference, **words)
    else:
        value = cents(worth_used(locked) * -difference / locked.consumed)
        move = holding.not_used(quantity=-difference, value=value, **words)
    book(locked, Kind.CORRECTED, difference, actor=actor, stock_move=move, moved_on=clock.today(), reason=reason)
    orders.close_if_complete(locked.order, actor=actor)
    return locked


def write_off(
    material: SuppliedMaterial, *, actor: Actor, quantity: Decimal, reason: str, version: int | None = None
) -> SuppliedMaterial:
    """`quantity` of what was left is lost and nobody brings it back; the buyer is told.

    Raises:
        InvalidInput: no reason, or the quantity cannot be. RuleBroken: so much is not left. Stale: it moved since `version`.
    """
    reason = _reason(reason)
    locked = _locked(material, version)
    quantity = stock.positive(_quantity(quantity, "quantity"))
    if quantity > locked.left:
        raise RuleBroken([_beyond(locked, quantity)])
    move = holding.lose(
        actor=actor, held=store_of(locked), item=locked.item, quantity=quantity, moved_on=clock.today(),
        document=locked.order, reason=reason,
    )  # fmt: skip
    book(locked, Kind.WRITTEN_OFF, quantity, actor=actor, stock_move=move, moved_on=clock.today(), reason=reason)
    notices.tell_written_off(locked, quantity, reason, actor=actor)
    orders.close_if_complete(locked.order, actor=actor)
    return locked


# ------------------------------------------------------------------------------------------------ inside


def store_of(material: SuppliedMaterial) -> Warehouse:
    """Where a material that was sent lies; whoever asks has seen that some of it was."""
    assert material.store is not None
    return material.store


def worth_used(material: SuppliedMaterial) -> Decimal:
    """What was used of a material was worth when it was, in the base currency."""
    rows = MaterialMove.objects.unscoped(WHY).filter(material=material, kind__in=[Kind.CONSUMED, Kind.CORRECTED])
    return -sum(rows.values_list("stock_move__value", flat=True), ZERO)


def _locked(material: SuppliedMaterial, version: int | None) -> SuppliedMaterial:
    order = locked_order(material.order)
    fresh = locked_materials(order)[material.public_id]
    if version is not None and fresh.version != version:
        raise Stale()
    fresh.order = order
    if not fresh.moved:
        raise RuleBroken([_("Nothing of “%(item)s” was sent yet.") % {"item": fresh.item}])
    return fresh


def _chosen(
    order: PurchaseOrder, lines: Iterable[Mapping[str, Any]],
    refusal: Callable[[SuppliedMaterial, Decimal], str] = lambda _material, _quantity: "",
) -> Chosen:  # fmt: skip
    """The materials with a quantity, in the order of their items.

    Raises:
        InvalidInput: an unknown one, one named twice, what `refusal` says, or nothing at all.
    """
    known = locked_materials(order)
    faults: dict[str, list[str]] = {}
    chosen: dict[str, tuple[int, SuppliedMaterial, Decimal]] = {}
    for no, line in enumerate(lines):
        key = str(line.get("id") or "")
        try:
            quantity = _quantity(line.get("quantity"), "quantity")
        except InvalidInput as fault:
            faults[f"lines.{no}.quantity"] = fault.errors["quantity"]
            continue
        if key not in known or key in chosen:
            faults[f"lines.{no}.id"] = [_("There is no such line.")]
        elif quantity and (reason := refusal(known[key], quantity)):
            faults[f"lines.{no}.quantity"] = [reason]
        elif quantity:
            known[key].order = order
            chosen[key] = (no, known[key], quantity)
    if faults:
        raise InvalidInput(faults)
    if not chosen:
        raise InvalidInput({"lines": [_("Enter a quantity on at least one line.")]})
    return [chosen[key] for key in known if key in chosen]


def _quantity(value: object, name: str) -> Decimal:
    """A quantity from zero up; nothing said is zero."""
    try:
        number = parse_decimal(value)
        return clean_quantity(number) if number else ZERO
    except InvalidInput as fault:
        raise InvalidInput({name: fault.errors["__all__"]}) from fault


def _beyond(material: SuppliedMaterial, quantity: Decimal) -> str:
    """Why so much cannot be taken of what lies at the supplier; "" when it can."""
    if quantity <= material.left:
        return ""
    unit = material.item.base_unit
    return _("Only %(left)s of “%(item)s” are left at the supplier, not %(wanted)s.") % {
        "left": formats.quantity(material.left, unit), "item": material.item,
        "wanted": formats.quantity(quantity, unit),
    }  # fmt: skip


def _reason(reason: str) -> str:
    if len((reason or "").strip()) < 3:
        raise InvalidInput({"reason": [_("Say why.")]})
    return reason.strip()[:300]


def _day(moved_on: dt.date | None) -> dt.date:
    moved_on = moved_on or clock.today()
    stock.require_past(moved_on)
    return moved_on


@guard(PurchaseOrder, "close")
@guard(PurchaseOrder, "cancel")
def nothing_left(order: PurchaseOrder, _actor: Actor) -> object:
    """What is ours comes back first, or is written off."""
    left = lying_of(order)
    if not left:
        return None
    said = ", ".join(f"{formats.quantity(one.left, one.item.base_unit)} {one.item}" for one in left[:SAID])
    return _("Materials of ours are left at the supplier: %(what)s. Take them back or write them off first.") % {
        "what": f"{said} …" if len(left) > SAID else said
    }

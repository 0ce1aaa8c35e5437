"""Moves with two sides, and counter-moves: transfers between warehouses and locations, reversals."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from srm.catalog.models import Item
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, RuleBroken
from srm.flow import uow
from srm.stock import guards, placing, services
from srm.stock.models import Location, StockMove, Warehouse

WHY = services.WHY
Kind = StockMove.Kind


def transfer(
    *, actor: Actor, item: Item, quantity: Decimal, warehouse: Warehouse, to_warehouse: Warehouse, moved_on: dt.date,
    location: Location | None = None, to_location: Location | None = None, reason: str = "",
) -> StockMove | None:  # fmt: skip
    """`quantity` base units go from one store or location to another, out and in at once, with their value.

    Returns the move that came in; None within one warehouse, where goods are only carried to another place.

    Raises:
        RuleBroken: less than that is free, or lies there. InvalidInput: the stores do not fit together.
    """
    uow.require()
    _require_partners(warehouse, to_warehouse)
    if warehouse == to_warehouse:
        level = services.locked_level(warehouse, item)
        size = services.positive(quantity)
        if size > level.on_hand:
            raise RuleBroken(
                [_("There is not so much of “%(item)s” in %(warehouse)s.") % {"item": item, "warehouse": warehouse}]
            )
        placing.carry(level, actor=actor, source=location, target=to_location, quantity=size)
        return None
    # Both levels are locked in one order, so that two lorries that cross on the road do not wait for each other.
    for store in sorted((warehouse, to_warehouse), key=lambda store: store.pk):
        services.locked_level(store, item)
    words: dict[str, Any] = {"actor": actor, "item": item, "moved_on": moved_on, "reason": reason}
    size = services.positive(quantity)
    out = services.move(
        Kind.TRANSFER, -size, warehouse=warehouse, location=location, counterpart=str(to_warehouse), **words
    )
    return services.move(
        Kind.TRANSFER, size, warehouse=to_warehouse, location=to_location, counterpart=str(warehouse), value=-out.value,
        pair=out, **words,
    )  # fmt: skip


def _require_partners(warehouse: Warehouse, to_warehouse: Warehouse) -> None:
    guards.require_document(warehouse, None)
    guards.require_document(to_warehouse, None)
    if not to_warehouse.is_active:
        raise InvalidInput(
            {"to_warehouse": _("%(warehouse)s is closed. Choose another warehouse.") % {"warehouse": to_warehouse}}
        )
    if warehouse.legal_entity_id != to_warehouse.legal_entity_id:
        raise InvalidInput({"to_warehouse": _("It belongs to another legal entity: sell the goods to it.")})


def reverse(move: StockMove, *, actor: Actor, reason: str) -> StockMove:
    """Undo a move written by hand with a counter-move of the same value; a transfer is undone on both sides.

    Raises:
        InvalidInput: no reason. RuleBroken: a document wrote it, it was reversed before, or its goods are gone.
    """
    uow.require()
    if len(reason.strip()) < 3:
        raise InvalidInput({"reason": [_("Say why.")]})
    if fault := why_not_reversible(move):
        raise RuleBroken([fault])
    first = move.pair or move
    second = StockMove.objects.unscoped(WHY).filter(pair=first).select_related("warehouse", "item").first()
    for one in sorted((one for one in (first, second) if one), key=lambda one: one.warehouse_id):
        services.locked_level(one.warehouse, one.item)
    if StockMove.objects.unscoped(WHY).filter(reverses=first).exists():  # somebody was faster
        raise RuleBroken([_reversed()])
    # What came in leaves first, so that the way back is refused before anything came back.
    answers = [_counter(one, actor, reason.strip()) for one in (second, first) if one is not None]
    return answers[0] if move == second else answers[-1]


def why_not_reversible(move: StockMove) -> str | None:
    """Why a move cannot be undone by hand; None when it can."""
    if move.document_kind:
        return _("A document wrote this move. Reverse the document.")
    if move.reverses_id is not None:
        return _("This is a counter-move. Write the goods as they are now instead.")
    if StockMove.objects.unscoped(WHY).filter(reverses=move.pk).exists():
        return _reversed()
    return None


def _reversed() -> str:
    return _("This move was reversed already.")


def _counter(move: StockMove, actor: Actor, reason: str) -> StockMove:
    return services.move(
        move.kind, -move.quantity, actor=actor, warehouse=move.warehouse, item=move.item, moved_on=clock.today(),
        value=abs(move.value), counterpart=move.counterpart, reason=reason, location=_place_of(move), reverses=move,
    )  # fmt: skip


def _place_of(move: StockMove) -> Location | None:
    """The one location a move went to or came from, when goods come back to it; what lies in it now may have changed."""
    places = {placement.location for placement in move.placements.select_related("location")}
    (place,) = places if len(places) == 1 else (None,)
    return place if place is not None and place.is_active and move.quantity < 0 else None

"""Where in a warehouse goods lie: placements follow each move, or carry goods from one location to another.

Everything here is called under the lock of the item's stock level in the warehouse, which covers its locations, too.
Goods that nobody placed lie in the warehouse's default location; without one they lie in the warehouse unplaced, and
are taken first.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from srm.audit import services as audit
from srm.catalog.models import Item
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, RuleBroken
from srm.core.money import Sum
from srm.flow import records
from srm.stock.models import Location, LocationLevel, Placement, StockLevel, StockMove, Warehouse
from srm.ui import formats

WHY = "where goods lie is the firm's, whoever moves them"
ZERO = Decimal(0)
Role = Location.Role


# -- locations ---------------------------------------------------------------


def create_location(*, actor: Actor, **values: Any) -> Location:
    """A new location of a warehouse.

    Raises:
        InvalidInput: sentences by field.
    """
    _check(None, values)
    return records.create(Location, actor=actor, **values)


def update_location(location: Location, *, actor: Actor, version: int | None = None, **changes: Any) -> Location:
    """`location` with `changes`; one that still holds something cannot be closed.

    Raises:
        InvalidInput: sentences by field. Stale: somebody changed it since `version`.
    """
    locked = records.locked_row(location, version=version)
    _check(locked, {name: changes.get(name, getattr(locked, name)) for name in ("warehouse", "parent", "is_active")})
    return records.update(locked, actor=actor, **changes)


def _check(location: Location | None, values: dict) -> None:
    warehouse, parent = values.get("warehouse"), values.get("parent")
    if warehouse is not None and warehouse.holder:
        raise InvalidInput({"warehouse": _("What lies with somebody else has no locations of ours.")})
    if location is not None and warehouse != location.warehouse:
        raise InvalidInput({"warehouse": _("A location stays in its warehouse. Open a new one in the other.")})
    if parent is not None and parent.warehouse_id != getattr(warehouse, "pk", None):
        raise InvalidInput({"parent": _("This location is in another warehouse.")})
    above = parent
    while above is not None:
        if location is not None and above.pk == location.pk:
            raise InvalidInput({"parent": _("A location cannot be part of itself.")})
        above = above.parent
    if location is not None and not values["is_active"] and _levels().filter(location=location, on_hand__gt=0).exists():
        raise InvalidInput({"is_active": _("There are still goods in it. Carry them somewhere else first.")})


# -- placements --------------------------------------------------------------


def follow(level: StockLevel, move: StockMove, location: Location | None, *, actor: Actor) -> None:
    """Place what `move` brought in, or take what it took out; `level` has counted it already.

    Raises:
        RuleBroken: the location is another warehouse's or closed, or holds less.
    """
    if location is not None:
        _require_of(location, level.warehouse)
    if move.quantity > 0:
        target = location or _target(level.warehouse, move)
        if target is not None:
            place(target, level.item, move.quantity, actor, move)
        return
    if location is not None:
        place(location, level.item, move.quantity, actor, move)
        return
    placed = list(_of(level).select_related("location").order_by("-location__role", "location__code", "pk"))
    # What the level holds after the move and no location claims was the unplaced part, which goes first.
    missing = sum((row.on_hand for row in placed), ZERO) - level.on_hand
    for row in placed:
        part = min(row.on_hand, missing)
        if part > 0:
            place(row.location, level.item, -part, actor, move)
            missing -= part


def carry(
    level: StockLevel, *, actor: Actor, source: Location | None, target: Location | None, quantity: Decimal
) -> None:
    """Carry goods of a locked level from one location to another of its warehouse; None stands for "unplaced".

    Raises:
        RuleBroken: the source holds less, or both are the same.
    """
    if source == target:
        raise RuleBroken([_("Choose two different locations.")])
    for location in (source, target):
        if location is not None:
            _require_of(location, level.warehouse)
    if source is None and (loose := unplaced(level)) < quantity:
        raise RuleBroken([_held(level.item, str(level.warehouse), loose, quantity)])
    if source is not None:
        place(source, level.item, -quantity, actor)
    if target is not None:
        place(target, level.item, quantity, actor)
    audit.record(
        actor=actor, verb="carried", subject=level, changes={"location": [str(source or ""), str(target or "")]},
        reason=formats.quantity(quantity, level.item.base_unit),
    )  # fmt: skip


def unplaced(level: StockLevel) -> Decimal:
    """What lies in the warehouse and in none of its locations."""
    placed = _of(level).aggregate(total=Sum("on_hand", places=4))["total"] or ZERO
    return level.on_hand - placed


def _levels():
    return LocationLevel.objects.unscoped(WHY)


def _of(level: StockLevel):
    return _levels().filter(location__warehouse=level.warehouse_id, item=level.item_id, on_hand__gt=0)


def _target(warehouse: Warehouse, move: StockMove) -> Location | None:
    """Where goods go that nobody places: receipts to the receiving location, all else to the default one."""
    roles = [Role.DEFAULT]
    if move.kind == StockMove.Kind.RECEIPT:
        roles.insert(0, Role.RECEIVING)
    found = {row.role: row for row in Location.objects.filter(warehouse=warehouse, is_active=True, role__in=roles)}
    return next((found[role] for role in roles if role in found), None)


def lying(location: Location, item: Item) -> Decimal:
    """How much of `item` lies in `location`, in base units."""
    row = _levels().filter(location=location, item=item).first()
    return row.on_hand if row else ZERO


def place(location: Location, item: Item, quantity: Decimal, actor: Actor, move: StockMove | None = None) -> None:
    """Write that so much more (or less, below zero) of `item` lies in `location`; the caller holds the level's lock.

    Raises:
        RuleBroken: less lies there than is taken.
    """
    row, _made = _levels().get_or_create(location=location, item=item)
    if row.on_hand + quantity < 0:
        raise RuleBroken([_held(item, str(location), row.on_hand, -quantity)])
    row.on_hand += quantity
    row.save(update_fields=["on_hand"])
    Placement.objects.unscoped(WHY).create(
        location=location, item=item, move=move, quantity=quantity, created_by_id=actor.user_id
    )


def _held(item: Item, where: str, there: Decimal, wanted: Decimal) -> str:
    return _("Only %(there)s of “%(item)s” lie in %(where)s; %(wanted)s are wanted.") % {
        "there": formats.quantity(there, item.base_unit), "item": item, "where": where,
        "wanted": formats.quantity(wanted, item.base_unit),
    }  # fmt: skip


def _require_of(location: Location, warehouse: Warehouse) -> None:
    if location.warehouse_id != warehouse.pk:
        raise InvalidInput({"location": _("This location is in another warehouse.")})
    if not location.is_active:
        raise InvalidInput({"location": _("This location is closed.")})

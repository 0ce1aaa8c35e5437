"""How stock follows an item that is merged: levels are added up by moves, so that the books keep agreeing."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from srm.audit import services as audit
from srm.catalog.merging.models import ItemMerge
from srm.catalog.merging.references import Keeps, Reference, register
from srm.catalog.models import Item
from srm.core import clock
from srm.core.actor import Actor
from srm.core.fields import MAX_QUANTITY, QUANTITY_PLACES
from srm.flow import records
from srm.flow.origin import named
from srm.stock import placing, services
from srm.stock.models import Location, LocationLevel, Placement, StockLevel, StockMove, Warehouse
from srm.ui import formats

STEP = Decimal(1).scaleb(-QUANTITY_PLACES)
WHY = services.WHY


class Levels(Reference):
    """What lies under the old item is moved to the new one, with what is promised of it and what it is worth."""

    def hindrances(self, merge: ItemMerge) -> list[str]:
        rows = self.rows(merge.loser).filter(on_hand__gt=0).select_related("warehouse").order_by("pk")
        return [
            _("%(quantity)s of “%(item)s” in %(warehouse)s cannot be counted in “%(unit)s” with this factor.")
            % {"quantity": formats.quantity(level.on_hand, merge.loser.base_unit), "item": merge.loser.article,
               "warehouse": level.warehouse, "unit": merge.winner.base_unit}
            for level in rows
            if not 0 < _converted(level.on_hand, merge) <= MAX_QUANTITY
        ]  # fmt: skip

    def move(self, merge: ItemMerge, actor: Actor) -> list[Any]:
        kept = []
        rows = self.rows(merge.loser).filter(on_hand__gt=0)
        for level in rows.select_related("warehouse__legal_entity").order_by("pk").select_for_update(of=("self",)):
            there = [_converted(level.on_hand, merge), _converted(level.reserved, merge), level.value]
            here = [level.on_hand, level.reserved, level.value]
            _shift(level.warehouse, merge.loser, [-part for part in here], merge.winner, merge, actor)
            _shift(level.warehouse, merge.winner, there, merge.loser, merge, actor)
            kept.append([level.warehouse_id, [str(part) for part in here], [str(part) for part in there]])
        return kept

    def dependents(self, merge: ItemMerge, kept: Sequence[Any]) -> list[str]:
        found = []
        for warehouse, _here, there in _read(kept):
            level = services.locked_level(warehouse, merge.winner)
            if level.on_hand < there[0] or level.free < there[0] - there[1] or level.reserved < there[1]:
                found.append(
                    _("%(wanted)s of “%(item)s” in %(warehouse)s came with this merge; only %(free)s of them are still "
                      "there and free. What was handed out or promised since has to come back first.")
                    % {"wanted": formats.quantity(there[0], merge.winner.base_unit), "item": merge.winner.article,
                       "warehouse": warehouse, "free": formats.quantity(min(level.free, there[0]))}
                )  # fmt: skip
        return found

    def restore(self, merge: ItemMerge, kept: Sequence[Any], actor: Actor) -> None:
        for warehouse, here, there in _read(kept):
            level = services.locked_level(warehouse, merge.winner)
            if level.on_hand == there[0]:
                # Goods came and went meanwhile: the last piece takes the last cent along.
                there[2] = here[2] = level.value
            _shift(warehouse, merge.winner, [-part for part in there], merge.loser, merge, actor)
            _shift(warehouse, merge.loser, here, merge.winner, merge, actor)


class Places(Reference):
    """What lies in a location goes along; runs before the levels of whole warehouses, which cover it."""

    def move(self, merge: ItemMerge, actor: Actor) -> list[Any]:
        kept = []
        rows = self.rows(merge.loser).filter(on_hand__gt=0)
        for row in rows.select_related("location__warehouse").order_by("pk").select_for_update(of=("self",)):
            services.locked_level(row.location.warehouse, merge.winner)
            here, there = row.on_hand, _converted(row.on_hand, merge)
            placing.place(row.location, merge.loser, -here, actor)
            placing.place(row.location, merge.winner, there, actor)
            kept.append([row.location_id, str(here), str(there)])
        return kept

    def dependents(self, merge: ItemMerge, kept: Sequence[Any]) -> list[str]:
        return [
            _("%(wanted)s of “%(item)s” came into %(location)s with this merge, and less is there now.")
            % {"wanted": formats.quantity(there, merge.winner.base_unit), "item": merge.winner.article,
               "location": location}
            for location, _here, there in _located(kept)
            if placing.lying(location, merge.winner) < there
        ]  # fmt: skip

    def restore(self, merge: ItemMerge, kept: Sequence[Any], actor: Actor) -> None:
        for location, here, there in _located(kept):
            services.locked_level(location.warehouse, merge.winner)
            placing.place(location, merge.winner, -there, actor)
            placing.place(location, merge.loser, here, actor)


def _located(kept: Sequence[Any]) -> list[tuple[Location, Decimal, Decimal]]:
    found = Location.objects.select_related("warehouse").in_bulk({key for key, *_parts in kept})
    return [(found[key], Decimal(here), Decimal(there)) for key, here, there in kept]


def _read(kept: Sequence[Any]) -> list[tuple[Warehouse, list[Decimal], list[Decimal]]]:
    stores = Warehouse.objects.select_related("legal_entity").in_bulk({key for key, *_parts in kept})
    return [(stores[key], [Decimal(one) for one in here], [Decimal(one) for one in there]) for key, here, there in kept]


def _converted(quantity: Decimal, merge: ItemMerge) -> Decimal:
    return (quantity * merge.factor).quantize(STEP)


def _shift(
    warehouse: Warehouse, item: Item, parts: Sequence[Decimal], other: Item, merge: ItemMerge, actor: Actor
) -> None:
    """Add `parts` (on hand, promised, worth) to a level by one move that names the other item."""
    on_hand, reserved, value = parts
    level = services.locked_level(warehouse, item)
    origin: dict[str, Any] = {**named(merge)}
    records.create(
        StockMove, actor=actor, kind=StockMove.Kind.TRANSFER, warehouse=warehouse, item=item, quantity=on_hand,
        value=value, moved_on=clock.today(), counterpart=str(other)[:200], **origin,
    )  # fmt: skip
    before = {"on_hand": level.on_hand, "reserved": level.reserved}
    level.on_hand += on_hand
    level.reserved += reserved
    level.value += value
    level.save(update_fields=["on_hand", "reserved", "value"])
    audit.record(
        actor=actor,
        verb="merged",
        subject=level,
        changes={name: [old, getattr(level, name)] for name, old in before.items()},
    )


register(Levels(StockLevel))
register(Places(LocationLevel))
register(Keeps(Placement, why="placements are only added to"))
register(Keeps(StockMove, why="moves are only added to; the old item's page leads to the new one"))

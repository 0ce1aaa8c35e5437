"""Reading stock for others: what is free where, and whether the books agree with themselves."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import F, QuerySet

from srm.catalog.equivalents.selectors import StandIn, stand_ins_of
from srm.catalog.equivalents.stocks import stock_source
from srm.catalog.models import Item
from srm.core.actor import Actor
from srm.core.money import Sum
from srm.people.models import Place
from srm.stock.models import LocationLevel, Placement, StockLevel, StockMove

WHY = "free stock is offered to every request, whoever asks"


def free_quantity(item: Item, place: Place) -> Decimal:
    """Base units of `item` that lie at `place` and are promised to nobody."""
    return free_quantities([item.pk], place).get(item.pk, Decimal(0))


def free_quantities(items: Iterable[int], place: Place) -> dict[int, Decimal]:
    """Free base units at `place` by the items' primary keys; items of which nothing is free are left out."""
    rows = (
        StockLevel.objects.unscoped(WHY)
        .filter(item__in=list(items), warehouse__place=place, warehouse__is_active=True, on_hand__gt=F("reserved"))
        .order_by().values_list("item").annotate(free=Sum(F("on_hand") - F("reserved"), places=4))
    )  # fmt: skip
    return dict(rows)


@stock_source
def free_everywhere(items: Iterable[int]) -> dict[int, Decimal]:
    """Free base units over all stores in use, by the items' primary keys; items of which nothing is free are left out."""
    rows = (
        StockLevel.objects.unscoped(WHY)
        .filter(item__in=list(items), warehouse__is_active=True, on_hand__gt=F("reserved"))
        .order_by().values_list("item").annotate(free=Sum(F("on_hand") - F("reserved"), places=4))
    )  # fmt: skip
    return dict(rows)


def lying_instead(item: Item) -> list[tuple[StandIn, Decimal]]:
    """What may be taken instead of `item` and lies free somewhere: with how much of it there is, the most first."""
    others = stand_ins_of(item)
    free = free_everywhere([one.item.pk for one in others]) if others else {}
    found = [(one, free[one.item.pk]) for one in others if one.item.pk in free]
    return sorted(found, key=lambda pair: -pair[1] / pair[0].factor)


def levels_of(item: Item, actor: Actor) -> QuerySet[StockLevel]:
    """Where `item` lies, for a reader; stores where nothing is left are left out."""
    rows = StockLevel.objects.visible_to(actor).filter(item=item, on_hand__gt=0)
    return rows.select_related("warehouse__place", "item__base_unit").order_by("warehouse__code")


def lying_where(levels: Iterable[StockLevel]) -> dict[int, list[LocationLevel]]:
    """The locations of each level's goods by the level's key, in one query; what is not in them lies unplaced."""
    wanted = {(level.warehouse_id, level.item_id): level.pk for level in levels}
    rows = LocationLevel.objects.unscoped("locations of levels the reader sees").filter(
        on_hand__gt=0, location__warehouse__in={store for store, _item in wanted}, item__in={item for _store, item in wanted}
    )  # fmt: skip
    found: dict[int, list[LocationLevel]] = {}
    for row in rows.select_related("location__warehouse", "item__base_unit").order_by("location__code", "pk"):
        if key := wanted.get((row.location.warehouse_id, row.item_id)):
            found.setdefault(key, []).append(row)
    return found


def disagreements() -> list[str]:
    """Levels that are not the sums of their moves, locations that are not those of placements; empty when all agree."""
    return [*_levels_wrong(), *_locations_wrong()]


def _locations_wrong() -> list[str]:
    why = "checking the books"
    sums = Placement.objects.unscoped(why).order_by().values_list("location", "item")
    placed = {(place, item): total for place, item, total in sums.annotate(total=Sum("quantity", places=4)) if total}
    found: list[str] = []
    claimed: dict[tuple[int, int], Decimal] = {}
    levels = LocationLevel.objects.unscoped(why).exclude(on_hand=0)
    for place, store, item, on_hand in levels.values_list("location", "location__warehouse", "item", "on_hand"):
        if on_hand != (told := placed.pop((place, item), Decimal(0))):
            found.append(f"location {place}, item {item}: {on_hand}, its placements say {told}")
        claimed[store, item] = claimed.get((store, item), Decimal(0)) + on_hand
    found += [f"placements of item {item} in location {place} have no level" for place, item in placed]
    rows = StockLevel.objects.unscoped(why).filter(warehouse__in={store for store, _item in claimed})
    for store, item, on_hand in rows.values_list("warehouse", "item", "on_hand"):
        if claimed.pop((store, item), Decimal(0)) > on_hand:
            found.append(f"the locations of warehouse {store} hold more of item {item} than the warehouse: {on_hand}")
    return found + [f"item {item} lies in locations of warehouse {store}, which has none" for store, item in claimed]


def _levels_wrong() -> list[str]:
    sums = {
        (row["warehouse"], row["item"]): (row["quantity_sum"], row["value_sum"])
        for row in StockMove.objects.unscoped("checking the books").order_by().values("warehouse", "item")
        .annotate(quantity_sum=Sum("quantity", places=4), value_sum=Sum("value"))
    }  # fmt: skip
    found = []
    for level in StockLevel.objects.unscoped("checking the books").iterator(chunk_size=2000):
        moved = sums.pop((level.warehouse_id, level.item_id), (Decimal(0), Decimal(0)))
        if (level.on_hand, level.value) != moved:
            found.append(
                f"stock level {level.public_id}: {level.on_hand} worth {level.value}, its moves say {moved[0]} worth {moved[1]}"
            )
    return found + [f"moves of item {item} in warehouse {warehouse} have no level" for warehouse, item in sums]

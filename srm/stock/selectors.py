"""Reading stock for others: what is free where, and whether the books agree with themselves."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import F, QuerySet

from srm.catalog.models import Item
from srm.core.actor import Actor
from srm.core.money import Sum
from srm.people.models import Place
from srm.stock.models import StockLevel, StockMove

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


def levels_of(item: Item, actor: Actor) -> QuerySet[StockLevel]:
    """Where `item` lies, for a reader; stores where nothing is left are left out."""
    rows = StockLevel.objects.visible_to(actor).filter(item=item, on_hand__gt=0)
    return rows.select_related("warehouse__place", "item__base_unit").order_by("warehouse__code")


def disagreements() -> list[str]:
    """Levels that are not the sums of their moves; empty when the books agree."""
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

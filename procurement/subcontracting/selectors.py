"""Reading materials: those of an order, what is to be sent, and whether the books agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import QuerySet

from procurement.orders.models import PurchaseOrder
from procurement.subcontracting.booking import SUMS
from procurement.subcontracting.models import MaterialMove, SuppliedMaterial
from srm.core.actor import Actor
from srm.core.money import Sum
from srm.stock.models import StockLevel
from srm.stock.selectors import free_everywhere

CHECKING = "checking the books"
SHOWN = ("item__base_unit", "line__item", "line__unit", "order__supplier")


def materials_of(order: PurchaseOrder, actor: Actor) -> list[SuppliedMaterial]:
    """What we supply for an order, as far as the reader sees it, in the order of its lines."""
    rows = SuppliedMaterial.objects.visible_to(actor).filter(order=order)
    return list(rows.select_related(*SHOWN).order_by("line__position", "pk"))


def lying_of(order: PurchaseOrder) -> list[SuppliedMaterial]:
    """What of an order lies at its supplier, whoever asks."""
    rows = SuppliedMaterial.objects.unscoped("what keeps an order open").lying().filter(order=order)
    return list(rows.select_related("item__base_unit").order_by("pk"))


def moves_of(materials: Iterable[SuppliedMaterial], actor: Actor) -> QuerySet[MaterialMove]:
    """How materials moved, the latest first."""
    rows = MaterialMove.objects.visible_to(actor).filter(material__in=[one.pk for one in materials])
    return rows.select_related("material__item__base_unit", "warehouse", "created_by").order_by("-pk")


def free_of(materials: Iterable[SuppliedMaterial]) -> dict[int, Decimal]:
    """What is free of each material in our stores, by the item's key."""
    return dict(free_everywhere({one.item_id for one in materials}))


def disagreements() -> list[str]:
    """Materials that are not the sums of their moves, and stores at suppliers that hold something else."""
    return [*_sums_wrong(), *_stores_wrong()]


def _sums_wrong() -> list[str]:
    told: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    rows = MaterialMove.objects.unscoped(CHECKING).order_by().values_list("material", "kind")
    for material, kind, total in rows.annotate(total=Sum("quantity", places=4)):
        told[material][SUMS[MaterialMove.Kind(kind)]] += total
    found = []
    for row in SuppliedMaterial.objects.unscoped(CHECKING).iterator(chunk_size=2000):
        sums = {name: getattr(row, name) for name in ("sent", "consumed", "returned", "written_off")}
        if any(told[row.pk][name] != value for name, value in sums.items()):
            found.append(f"material {row.public_id}: {sums}, its moves say {dict(told[row.pk])}")
        if row.left != row.sent - row.consumed - row.returned - row.written_off:
            found.append(f"material {row.public_id}: {row.left} left does not follow from {sums}")
    return found


def _stores_wrong() -> list[str]:
    rows = SuppliedMaterial.objects.unscoped(CHECKING).lying().order_by().values_list("store", "item")
    lying = {(store, item): total for store, item, total in rows.annotate(total=Sum("left", places=4))}
    found = []
    levels = StockLevel.objects.unscoped(CHECKING).exclude(warehouse__holder="").exclude(on_hand=0)
    for store, item, on_hand, reserved in levels.values_list("warehouse", "item", "on_hand", "reserved"):
        if (on_hand, reserved) != ((told := lying.pop((store, item), Decimal(0))), told):
            found.append(f"store {store}, item {item}: {on_hand} lie, {reserved} promised, the orders say {told}")
    return found + [
        f"store {store}, item {item}: {total} by the orders, nothing in stock" for (store, item), total in lying.items()
    ]

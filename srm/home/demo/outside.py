"""Work done outside with materials of ours: kits that a supplier packs of our bolts and nuts."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from procurement.orders import services as orders
from procurement.orders.models import PurchaseOrder
from procurement.subcontracting import services, stating
from procurement.subcontracting.models import SuppliedMaterial
from srm.core import clock
from srm.flow.perform import perform
from srm.home.demo import buying
from srm.home.demo.calendar import later, workday
from srm.home.demo.timeline import Story
from srm.home.demo.words import Text
from srm.home.demo.words.firm import STOCK
from srm.home.demo.world import WHY, World
from srm.stock.models import StockLevel
from suppliers.registry.lifecycle import SupplierState

KITS: Text = (
    "Fastening kit M8: four bolts, four nuts, packed and labelled",
    "Крепёжный комплект М8: четыре болта, четыре гайки, упаковка с этикеткой",
    "Крепежен комплект M8: четири болта, четири гайки, опакован с етикет",
)
BROKE: Text = (
    "Two bolts bent in the packing machine.",
    "Два болта погнулись в упаковочной машине.",
    "Два болта се огънаха в опаковъчната машина.",
)
PALLET: Text = (
    "One pallet, with the driver of Alfa.",
    "Один поддон, с водителем Alfa.",
    "Един палет, с шофьора на Alfa.",
)
MOST, EACH = 120, 4
ARTICLES = ("10443", "10451")


def kits(world: World) -> Story:
    """Materials are sent for as many kits as there are free bolts and nuts; the first part is back."""
    yield world.calendar.ago(9, 9, 40)
    supplier, buyer = world.fresh(world.suppliers["alfa"]), world.actor("buyer")
    number = min(MOST, _free(world) // EACH // 2)
    if supplier.state != SupplierState.ACTIVE or number < 3:
        return
    order = orders.create_order(
        actor=buyer, legal_entity=world.entity, supplier=supplier, place=world.places["PDV1"],
        currency=supplier.currency, incoterm=supplier.incoterm, cost_center=world.centers[STOCK.code],
        lines=[{"description": world.say(KITS, buyer), "quantity": str(number), "price": Decimal("0.42"),
                "unit": world.items[ARTICLES[0]].base_unit, "category": world.items[ARTICLES[0]].category,
                "need_by": workday(world.calendar.today + dt.timedelta(days=6))}],
    )  # fmt: skip
    yield later(clock.now(), hours=2)
    order = perform(order, "approve", actor=world.actor("head"))
    yield later(clock.now(), hours=1)
    order = perform(order, "send", actor=buyer)
    line = order.lines.get().public_id
    stating.state(
        order, actor=buyer,
        lines=[{"line": line, "item": world.items[article], "basis": "unit", "quantity": EACH} for article in ARTICLES],
    )  # fmt: skip
    yield from buying.answered(world, order)
    yield from _worked(world, order, number)


def _worked(world: World, order: PurchaseOrder, number: int) -> Story:
    """Sent, packed in part, and two bolts more than the bill says are gone."""
    keeper = world.actor(buying.keeper_of(order))
    yield world.calendar.ago(5, 11)
    order = world.fresh(order)
    if order.state not in buying.LIVE or _free(world) < EACH * number:
        return
    services.send(
        order, actor=keeper, warehouse=world.stores["PDV1"], note=world.say(PALLET, keeper),
        lines=[{"id": one.public_id, "quantity": EACH * number} for one in _materials(order)],
    )  # fmt: skip
    yield world.calendar.ago(1, 13)
    line = order.lines.get()
    came = Decimal(number // 3)
    buying.receive(world, world.fresh(order), [{"order_line": line, "quantity": came, "rejected": 0}])
    yield later(clock.now(), hours=1)
    bolts = _materials(order)[0]
    services.correct(bolts, actor=keeper, used=bolts.consumed + 2, reason=world.say(BROKE, keeper))


def _materials(order: PurchaseOrder) -> list[SuppliedMaterial]:
    rows = SuppliedMaterial.objects.unscoped(WHY).filter(order=order)
    return list(rows.select_related("order", "item").order_by("pk"))


def _free(world: World) -> int:
    """Of how many bolts and nuts each that many lie free in the main store."""
    rows = StockLevel.objects.unscoped(WHY).filter(
        warehouse=world.stores["PDV1"], item__in=[world.items[article].pk for article in ARTICLES]
    )
    free = [row.free for row in rows]
    return int(min(free)) if len(free) == len(ARTICLES) else 0

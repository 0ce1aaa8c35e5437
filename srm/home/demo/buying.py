"""Orders by hand, from the draft to the last delivery; deliveries of every order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from procurement.handouts import services as handouts
from procurement.handouts.models import Promise
from procurement.orders import services as orders
from procurement.orders.models import OrderLine, OrderState, PurchaseOrder
from procurement.receipts import services as receipts
from procurement.receipts.models import GoodsReceipt
from procurement.requests.models import Allocation
from srm.core import clock
from srm.flow.perform import perform
from srm.home.demo.calendar import at, later
from srm.home.demo.plan import Coming, Order
from srm.home.demo.timeline import Story
from srm.home.demo.words.firm import STOCK
from srm.home.demo.words.people import KEEPERS
from srm.home.demo.words.wants import SCRAPPED
from srm.home.demo.world import WHY, World
from suppliers.registry.lifecycle import SupplierState

LIVE = {OrderState.SENT, OrderState.CONFIRMED}
STEP = Decimal("0.0001")
# What came longer ago is not in the store any more.
FETCHED = dt.timedelta(days=21)


def hand_order(world: World, plan: Order) -> Story:
    """A buyer's order for stock: written, approved by another, sent, confirmed, delivered."""
    yield plan.moment
    supplier = world.fresh(world.suppliers[plan.supplier.name])
    if supplier.state != SupplierState.ACTIVE:
        return
    buyer = plan.category.buyer
    order = orders.create_order(
        actor=world.actor(buyer), legal_entity=world.entity, supplier=supplier, place=world.places[plan.place],
        currency=supplier.currency, incoterm=supplier.incoterm, cost_center=world.centers[STOCK.code],
        lines=lines_of(world, plan),
    )  # fmt: skip
    yield later(clock.now(), hours=2.2)
    order = perform(order, "approve", actor=world.actor("head"))
    yield later(clock.now(), hours=0.4)
    order = perform(order, "send", actor=world.actor(buyer))
    yield from answered(world, order, plan.promised)
    if plan.cancelled:
        yield later(clock.now(), days=2)
        perform(
            world.fresh(order),
            "cancel",
            actor=world.actor(buyer),
            reason="The customer has moved the job to next year.",
        )
        return
    yield from delivered(world, order, plan.comings)
    if plan.given_up and world.fresh(order).state in LIVE:
        yield later(clock.now(), days=4)
        perform(world.fresh(order), "close", actor=world.actor(buyer), reason="The rest is not needed any more.")


def lines_of(world: World, plan: Order) -> list[dict[str, Any]]:
    """The lines as `create_order` takes them."""
    return [
        {
            "item": (item := world.items[line.article]), "quantity": str(line.quantity), "unit": item.base_unit,
            "price": line.price, "price_basis": line.basis, "need_by": plan.wanted,
        }
        for line in plan.lines
    ]  # fmt: skip


def answered(world: World, order: PurchaseOrder, promised: dt.date | None = None) -> Story:
    """The supplier confirms a day or two later, and says when it will come."""
    dice = world.chance.of("answer", order.number)
    yield later(clock.now(), days=dice.choice((1, 1, 2)), hours=dice.uniform(0, 5))
    order = world.fresh(order)
    if order.state != OrderState.SENT:
        return
    day = max(promised, clock.today()) if promised else None
    lines = [{"line": line.public_id, "on": day} for line in order.lines.all()] if day else None
    perform(order, "confirm", actor=world.hand_of(order.supplier, order), lines=lines)


def delivered(world: World, order: PurchaseOrder, comings: Iterable[Coming]) -> Story:
    """Each delivery, as long as the order is open and something of it is missing."""
    for coming in comings:
        yield max(at(coming.on, 9, 30), later(clock.now(), hours=1))
        order = world.fresh(order)
        if order.state not in LIVE:
            return
        if rows := list(_coming_lines(world, order, coming)):
            receive(world, order, rows)


def _coming_lines(world: World, order: PurchaseOrder, coming: Coming) -> Iterable[dict[str, Any]]:
    rejected = {position: (share, why) for position, share, why in coming.rejected}
    for position, line in enumerate(order.lines.select_related("item").order_by("position")):
        share, why = rejected.get(position, (0.0, 0))
        came = portion(line, coming.share)
        bad = min(came, portion(line, coming.share * share)) if share else Decimal(0)
        if came:
            reason = world.say(SCRAPPED[why % len(SCRAPPED)], world.actor(keeper_of(order))) if bad else ""
            yield {"order_line": line, "quantity": came - bad, "rejected": bad, "reason": reason}


def portion(line: OrderLine, share: float) -> Decimal:
    """A share of what is missing of a line, in whole units where more than one is missing; all for a share of 1."""
    if share >= 1 or line.outstanding <= 1:
        return line.outstanding
    return Decimal(max(1, int(float(line.outstanding) * share)))


def receive(world: World, order: PurchaseOrder, rows: Iterable[dict[str, Any]], *, post: bool = True) -> GoodsReceipt:
    """The storekeeper of the place writes down what came, and posts it."""
    keeper = world.actor(keeper_of(order))
    dice = world.chance.of("note", order.number, clock.today())
    receipt = receipts.create_receipt(
        actor=keeper, order=order, received_on=clock.today(), lines=rows, warehouse=world.stores[place_of(order)],
        delivery_note=f"{dice.randrange(10_000, 99_999)}",
    )  # fmt: skip
    if not post:
        return receipt
    posted = perform(receipt, "post", actor=keeper)
    if clock.today() < world.calendar.today - FETCHED:
        _fetched(world, posted)
    return posted


def _fetched(world: World, receipt: GoodsReceipt) -> None:
    """Those who waited for it have taken it out of the store since."""
    needs = (
        Allocation.objects.unscoped(WHY).filter(document_id=receipt.public_id, stage="received").values("request_line")
    )
    waiting = Promise.objects.unscoped(WHY).waiting().filter(request_line__in=needs, warehouse=receipt.warehouse)
    for promise in waiting.order_by("pk"):
        handouts.hand_out(promise, actor=world.actor(keeper_of(receipt.order)))


def place_of(order: PurchaseOrder) -> str:
    """Code of the order's place."""
    return order.place.code if order.place else "PDV1"


def keeper_of(order: PurchaseOrder) -> str:
    """Who receives there."""
    return KEEPERS[place_of(order)]


def orders_of(award: Any) -> list[PurchaseOrder]:
    """The orders written from an award."""
    return list(PurchaseOrder.objects.unscoped(WHY).filter(award=award).select_related("supplier").order_by("pk"))

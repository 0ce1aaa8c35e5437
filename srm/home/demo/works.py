"""A service from the request to the requester's word: described, tendered, ordered, the first part confirmed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from procurement.bids import services as bids
from procurement.orders.models import PurchaseOrder
from procurement.receipts import confirming
from procurement.requests import services as requests
from procurement.requests.models import PurchaseRequest
from procurement.tenders.models import Tender
from srm.core import clock
from srm.flow.perform import perform
from srm.home.demo import buying, chain
from srm.home.demo.calendar import at, later, workday
from srm.home.demo.timeline import Story
from srm.home.demo.words import Text
from srm.home.demo.world import World
from suppliers.registry.models import Supplier

TITLE: Text = (
    "Calibration of the torque wrenches",
    "Калибровка динамометрических ключей",
    "Калибриране на динамометричните ключове",
)
WORK: Text = (
    "Calibrate the torque wrenches of lines 1 to 3 by ISO 6789, at our plant, outside the shifts.",
    "Откалибровать динамометрические ключи линий 1–3 по ISO 6789, у нас на заводе, вне смен.",
    "Калибриране на динамометричните ключове от линии 1–3 по ISO 6789, в нашия завод, извън смените.",
)  # fmt: skip
HANDED_OVER: Text = (
    "A certificate for each wrench, and a label with the date of the next calibration.",
    "Свидетельство на каждый ключ и этикетка с датой следующей калибровки.",
    "Свидетелство за всеки ключ и етикет с датата на следващото калибриране.",
)  # fmt: skip
DONE: Text = (
    "Lines 1 and 2 are done, the certificates are here.",
    "Линии 1 и 2 готовы, свидетельства получены.",
    "Линии 1 и 2 са готови, свидетелствата са тук.",
)
WRENCHES, FIRST = 36, Decimal(20)
PRICES = ("38", "41")


def calibrated(world: World) -> Story:
    """Two laboratories offer; the work is done in part, the rest is due and waits for the requester's word."""
    yield world.calendar.ago(34, 9, 20)
    request = _asked(world)
    yield from chain.approved(world, request)
    yield world.calendar.ago(29, 10)
    demand = chain.merged(world, "buyer3", [request], TITLE)
    assert demand is not None
    names = [source.supplier.name for source in world.plan.sources["LAB"]][: len(PRICES)]
    asked = [world.fresh(world.suppliers[name]) for name in names]
    tender = chain.drafted(world, "buyer3", demand, TITLE, asked, world.calendar.ago(23, 10))
    yield later(clock.now(), hours=1)
    tender = perform(tender, "publish", actor=world.actor("buyer3"))
    yield world.calendar.ago(25, 11)
    for supplier, price in zip(asked, PRICES, strict=False):
        _offer(world, tender, supplier, price)
    yield world.calendar.ago(23, 10, 1)
    bids.close_due(world.fresh(tender))
    yield world.calendar.ago(22, 10)
    award = chain.propose(world, world.fresh(tender), "buyer3", by_line=True)
    yield world.calendar.ago(21, 11)
    award = perform(award, "approve", actor=world.actor("head"))
    yield later(clock.now(), hours=2)
    (order,) = buying.orders_of(award)
    order = perform(order, "send", actor=world.actor("buyer3"))
    yield from buying.answered(world, order)
    yield world.calendar.ago(4, 15)
    _confirmed(world, request, order)


def _asked(world: World) -> PurchaseRequest:
    actor, center = world.actor("requester"), world.centers["4110"]
    ends = workday(world.calendar.today - dt.timedelta(days=3))
    line = {
        "description": world.say(TITLE, actor), "category": world.categories["LAB"], "quantity": str(WRENCHES),
        "unit": world.units["C62"], "estimate": "42", "work": world.say(WORK, actor),
        "deliverables": world.say(HANDED_OVER, actor), "work_from": ends - dt.timedelta(days=14), "work_to": ends,
    }  # fmt: skip
    request = requests.create_request(
        actor=actor, title=world.say(TITLE, actor), department=center.department, cost_center=center, lines=[line]
    )
    return perform(request, "submit", actor=actor)


def _offer(world: World, tender: Tender, supplier: Supplier, price: str) -> None:
    lines = {line.public_id: {"price": price, "deliver_on": line.need_by.isoformat()} for line in tender.all_lines()}
    until = at(workday(clock.today() + dt.timedelta(days=60)), 10).date()
    bids.submit(tender, actor=world.hand_of(supplier, tender), typed={"lines": lines, "valid_until": until.isoformat()})


def _confirmed(world: World, request: PurchaseRequest, order: PurchaseOrder) -> None:
    """The requester says what of it was done."""
    actor = world.actor("requester")
    due = [one for one in confirming.due_for(actor, request=request) if one.line.order_id == order.pk]
    confirming.confirm(
        request, actor=actor, received_on=clock.today(), note=world.say(DONE, actor),
        lines=[{"id": one.key, "quantity": min(one.quantity, FIRST)} for one in due],
    )  # fmt: skip

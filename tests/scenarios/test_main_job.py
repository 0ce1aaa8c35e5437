"""The main job, end to end: nine people and two rival suppliers carry two requests to finance's export."""

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest

from kraljic import services as kraljic
from procurement.awards import services as awards
from procurement.bids import services as bids
from procurement.bids.models import Bid, BidLine
from procurement.integrations.ledger import services as ledger
from procurement.integrations.onec import services as onec
from procurement.integrations.onec import xml
from procurement.orders import services as orders
from procurement.orders.models import PurchaseOrder
from procurement.planning import services as planning
from procurement.receipts import services as receipts
from procurement.requests import selectors as tracking
from procurement.requests import services as requests
from procurement.tenders import services as tenders
from srm.approvals import services as approvals
from srm.audit import selectors as audit
from srm.budget.models import BudgetLine
from srm.core import clock
from srm.core.errors import RuleBroken
from srm.flow.perform import perform
from srm.integrations import services as links
from srm.outbox.models import OutboxEvent
from srm.stock import services as stock
from srm.stock.models import StockLevel


class Story:
    """The firm, its clock and its people's hands."""

    def __init__(self, firm, work):
        self.firm, self.work = firm, work
        self.start = clock.now()

    def actor(self, name):
        return self.firm.actor(name)

    def day(self, days):
        return clock.today() + dt.timedelta(days=days)

    def ask(self, who, department, center, place, *lines):
        """A request of one department, sent for approval."""
        with self.work():
            request = requests.create_request(
                actor=self.actor(who), title="Fasteners for May", department=department, place=place, cost_center=center,
                lines=list(lines),
            )  # fmt: skip
        with self.work():
            return perform(request, "submit", actor=self.actor(who))

    def tracked(self, request):
        """Quantities by stage of the request's first line."""
        request.refresh_from_db()
        return tracking.where_is(request.lines.order_by("pk").first())


@pytest.fixture
def story(firm, work):
    with work():
        for center in (firm.cc_assembly, firm.cc_service):
            BudgetLine.rows.create(cost_center=center, year=clock.today().year, amount=Decimal(50_000))
    return Story(firm, work)


def test_two_requests_become_one_tender_and_reach_finance(story):
    firm = story.firm

    # 1-2. Two departments need bolts, one of them in boxes of 200 and a wrench without an article.
    first = story.ask(
        "requester", firm.assembly, firm.cc_assembly, firm.plovdiv,
        {"item": firm.bolt, "quantity": "25000", "unit": firm.unit("C62"), "need_by": story.day(20)},
        {"description": "Torque wrench 20-100 Nm", "quantity": "2", "unit": firm.unit("C62"), "need_by": story.day(22),
         "category": firm.tools, "estimate": "110"},
        {"item": firm.nut, "quantity": "600", "unit": firm.unit("C62"), "need_by": story.day(20), "estimate": "0.02"},
    )  # fmt: skip
    second = story.ask(
        "requester2", firm.service, firm.cc_service, firm.plovdiv,
        {"item": firm.bolt, "quantity": "75", "unit": firm.unit("BX"), "need_by": story.day(24)},
    )  # fmt: skip
    with pytest.raises(RuleBroken), story.work():
        approvals.decide(first, actor=story.actor("requester"), outcome="approved")
    for request in (first, second):
        with story.work():
            approvals.decide(request, actor=story.actor("approver"), outcome="approved")
    budget = BudgetLine.rows.get(cost_center=firm.cc_assembly)
    assert budget.reserved == Decimal("25000") * Decimal("0.061") + 220 + 12

    # 3. Nuts lie in the store and are on order for nobody yet: they are not bought again.
    nuts = first.lines.get(item=firm.nut)
    lies_and_comes(story, lying="200", coming="500")
    with story.work():
        assert planning.cover(actor=story.actor("buyer"), legal_entity=firm.entity) == planning.Covered(1, 1)
    nuts.refresh_from_db()
    assert (nuts.open_quantity, nuts.coming_quantity) == (0, 600)
    told = {part.place: part.quantity for part in tracking.where_is(nuts)}
    assert told == {"stock": 200, "ordered": 400}

    # The buyer merges equal needs: 25,000 pieces and 75 boxes are one line of 40,000.
    with story.work():
        demand = planning.aggregate(actor=story.actor("buyer"), legal_entity=firm.entity, window_days=7)
    merged = demand.lines.get(item=firm.bolt)
    assert (merged.quantity, merged.need_count) == (40_000, 2)
    assert demand.lines.count() == 2

    # 4. A request for quotation; two rivals answer, sealed.
    with story.work():
        tender = tenders.create_from_demand(
            actor=story.actor("buyer"), demand_lines=list(demand.lines.all()), title="Fasteners, May"
        )
        tenders.invite(tender, actor=story.actor("buyer"), suppliers=[firm.alfa, firm.beta])
    with story.work():
        tender = perform(tender, "publish", actor=story.actor("buyer"))
    bolt, wrench = sorted(tender.all_lines(), key=lambda line: line.item is None)
    offer(story, tender, "alfa_admin", {bolt: "0.052", wrench: "121"})
    offer(story, tender, "beta_admin", {bolt: "0.055", wrench: "99"})
    assert not BidLine.rows.exists()
    assert not Bid.objects.visible_to(story.actor("buyer")).exists()
    with pytest.raises(RuleBroken), story.work():
        perform(tender, "open_bids", actor=story.actor("buyer"))

    # 5. After the deadline the offers are opened, compared, awarded line by line, approved by another.
    with clock.set_to(tender.deadline + dt.timedelta(minutes=1)):
        with pytest.raises(Exception, match="deadline"), story.work():
            bids.submit(tender, actor=story.actor("alfa_admin"), typed={"lines": {}})
        with story.work():
            tender = perform(tender, "open_bids", actor=story.actor("buyer"))
        chosen = {
            bolt.public_id: BidLine.rows.get(lot_line=bolt, bid__supplier=firm.alfa).public_id,
            wrench.public_id: BidLine.rows.get(lot_line=wrench, bid__supplier=firm.beta).public_id,
        }
        with story.work():
            award = awards.propose(actor=story.actor("buyer"), tender=tender, choice=chosen, reason="Best per line")
        with story.work():
            perform(award, "approve", actor=story.actor("head"))
        orders = {order.supplier.name: order for order in PurchaseOrder.rows.exclude(award=None)}
        assert orders["Alfa Metal"].net_total == Decimal("2080.00")
        assert orders["Beta Stahl"].net_total == Decimal("198.00")
        deliver(story, orders["Alfa Metal"], first, second)

        # 7. Finance's batch holds what came, to the cent.
        with story.work():
            batch = ledger.create_export(
                actor=story.actor("accountant"), legal_entity=firm.entity, period_from=clock.today(),
                period_to=clock.today(),
            )  # fmt: skip
        with story.work():
            batch = perform(batch, "seal", actor=story.actor("accountant"))
        rows = list(csv.DictReader(io.StringIO(ledger.file_of(batch, "csv").decode("utf-8-sig")), delimiter=";"))
        assert [(row["net"], row["cost_centers"]) for row in rows] == [("1560.00", "CC-assembly, CC-service")]
        links_and_matrix(story)
    assert audit.verify() == []
    assert tracking.verify() == []


def lies_and_comes(story, lying, coming):
    """Nuts in the store, and an order of nuts for it that was sent some time ago."""
    firm = story.firm
    with story.work():
        stock.receive(
            actor=story.actor("storekeeper"), warehouse=firm.warehouse, item=firm.nut, quantity=Decimal(lying),
            moved_on=clock.today(), value=Decimal(4),
        )  # fmt: skip
    with story.work():
        order = orders.create_order(
            actor=story.actor("buyer"), legal_entity=firm.entity, supplier=firm.beta, place=firm.plovdiv,
            lines=[{"item": firm.nut, "quantity": coming, "unit": firm.unit("C62"), "price": Decimal("0.02"),
                    "need_by": story.day(9)}],
        )  # fmt: skip
        perform(perform(order, "approve", actor=story.actor("head")), "send", actor=story.actor("buyer"))


def offer(story, tender, who, prices):
    """A supplier's offer through the portal's service."""
    lines = {
        line.public_id: {"price": price, "deliver_on": story.day(18).isoformat()} for line, price in prices.items()
    }
    with story.work():
        bids.submit(tender, actor=story.actor(who), typed={"lines": lines})


def deliver(story, order, first, second):
    """6. Sent, confirmed, received in part; each requester sees his share."""
    firm = story.firm
    with story.work():
        order = perform(order, "send", actor=story.actor("buyer"))
    with story.work():
        order = perform(order, "confirm", actor=story.actor("alfa_admin"))
    with story.work():
        receipt = receipts.create_receipt(
            actor=story.actor("storekeeper"), order=order, received_on=clock.today(), warehouse=firm.warehouse,
            lines=[{"order_line": order.lines.get(), "quantity": "30000", "rejected": 0}],
        )  # fmt: skip
        perform(receipt, "post", actor=story.actor("storekeeper"))
    first_line, second_line = first.lines.get(item=firm.bolt), second.lines.get()
    assert (first_line.done_quantity, second_line.done_quantity) == (25_000, 5_000)
    assert second_line.coming_quantity == 10_000
    assert StockLevel.rows.get(item=firm.bolt).on_hand == 30_000
    budget = BudgetLine.rows.get(cost_center=firm.cc_assembly)
    assert budget.spent == Decimal("1300.00")


def links_and_matrix(story):
    """8-9. The item's ids elsewhere, the catalog, the events that left, the matrix."""
    firm = story.firm
    with story.work():
        links.link(firm.bolt, system="bitrix24", external_id="4711", actor=story.actor("administrator"))
    shape = xml.read(onec.export_catalog(actor=story.actor("buyer"), legal_entity=firm.entity))
    assert {item.article: item.facts.get("Ид в системе bitrix24") for item in shape.items}["10443"] == "4711"
    assert OutboxEvent.rows.filter(kind__startswith="order.").exists()
    with story.work():
        matrix = kraljic.assess(
            actor=story.actor("head"), subject="category", legal_entity=firm.entity,
            period_from=clock.today() - dt.timedelta(days=30), period_to=clock.today(),
        )  # fmt: skip
    assert matrix.total_spend == Decimal("2080.00") + Decimal("10.00")  # bolts, and the nuts for the store
    place = matrix.placements.get()
    assert place.risk == sum(Decimal(str(part["adds"])) for part in place.criteria if part["axis"] == "risk")

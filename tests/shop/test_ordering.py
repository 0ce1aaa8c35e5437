"""Chosen in the shop, approved, ordered: no buyer touched it; and what is left to him says why."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from procurement.orders import services as orders
from procurement.orders.models import OrderLine, OrderState, PurchaseOrder
from procurement.receipts import services as receipts
from procurement.requests.models import PurchaseRequest, RequestLine
from procurement.requests.selectors import where_is
from procurement.shop import jobs, ordering, rules
from procurement.shop.models import Left, ShopChoice, ShopRule
from srm.approvals import services as approvals
from srm.audit.models import AuditEvent
from srm.budget.models import BudgetLine
from srm.core import clock
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.flow.perform import perform
from srm.flow.uow import unit_of_work
from srm.jobs.models import Job
from srm.notify.models import Notice
from suppliers.items import services as items
from suppliers.items.drawing import NOTHING, Drawn, drawn_of
from suppliers.items.models import SupplierPrice
from tests import allocations
from tests.shop.test_shop import check_out, sell

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def rule(firm):
    """The firm orders by itself, up to a thousand euros; fasteners and tools are non-critical."""
    for category in (firm.fasteners, firm.tools):
        category.segment = "noncritical"
        category.save(update_fields=["segment"])
    return make_rule(firm)


def make_rule(firm, **values):
    values = {"legal_entity": firm.entity, "is_on": True, "most_amount": D(1000), "buyer": firm.users.buyer, **values}
    with unit_of_work():
        return rules.create_rule(actor=firm.actor("administrator"), **values)


@pytest.fixture
def bolts(firm):
    """Alfa sells bolts at 0.05 under F-12, five hundred in all."""
    return sell(firm, firm.alfa, firm.bolt, {"price": D("0.05"), "total_quantity": D(500)}, lead_days=5)


@pytest.fixture
def gloves(firm):
    return sell(firm, firm.beta, firm.gloves, {"price": D("7.50"), "agreement": "F-13"}, lead_days=9)


def approve(firm, *wanted, by="requester", **values):
    """Ask for it out of the shop and approve it; the request as it is then."""
    request = check_out(firm, *wanted, by=by, **values)
    with unit_of_work():
        perform(request, "submit", actor=firm.actor(by))
        approvals.decide(request, actor=firm.actor("approver"), outcome="approved")
    return PurchaseRequest.rows.get(pk=request.pk)


def work_off():
    """What a worker does: run the queued jobs of the shop."""
    for job in Job.rows.filter(kind=jobs.KIND, state=Job.State.QUEUED):
        with unit_of_work():
            ordering.order_choices(PurchaseRequest.rows.get(public_id=job.args["request"]))
        Job.rows.filter(pk=job.pk).update(state=Job.State.DONE)


def left(request):
    return {choice.line.item.article: choice.left for choice in ShopChoice.rows.filter(line__request=request)}


def drawn(article, agreement="F-12"):
    return drawn_of([article.pk]).get((article.pk, agreement, "EUR"), NOTHING).quantity


def test_from_the_cart_to_the_store_without_a_buyer(firm, rule, bolts, gloves, client_of):
    BudgetLine.rows.create(cost_center=firm.cc_assembly, year=clock.today().year, amount=D(1000))
    request = approve(firm, (bolts, 200), (gloves, 4))
    work_off()
    made = {order.supplier: order for order in PurchaseOrder.rows.all()}
    assert set(made) == {firm.alfa, firm.beta}
    assert {(order.state, order.source, order.buyer) for order in made.values()} == {("sent", "shop", firm.users.buyer)}
    line = request.lines.get(item=firm.bolt)
    assert {part.place: part.quantity for part in where_is(line)} == {"ordered": 200}
    assert {choice.order for choice in ShopChoice.rows.filter(line__request=request)} == set(made.values())
    told = set(Notice.rows.filter(kind="orders.sent").values_list("user", flat=True))
    assert told == {firm.users.requester.pk}
    with unit_of_work():
        order = perform(made[firm.alfa], "confirm", actor=firm.actor("alfa_admin"), lines=[])
    assert (order.state, drawn(bolts)) == (OrderState.CONFIRMED, 200)
    assert BudgetLine.rows.get().committed == D("40.00")
    assert set(Notice.rows.filter(user=firm.users.buyer).values_list("kind", flat=True)) >= {"shop.ordered"}
    assert not Notice.rows.filter(kind="orders.approved").exists(), "nothing is left for him to send"
    keeper = firm.actor("storekeeper")
    with unit_of_work():
        receipt = receipts.create_receipt(
            actor=keeper, order=order, received_on=clock.today(), warehouse=firm.warehouse,
            lines=[{"order_line": order.lines.get(), "quantity": "200", "rejected": 0}],
        )  # fmt: skip
        perform(receipt, "post", actor=keeper)
    line.refresh_from_db()
    assert {part.place: part.quantity for part in where_is(line)} == {"received": 200}
    assert (BudgetLine.rows.get().spent, drawn(bolts)) == (D("10.00"), 200)
    page = client_of("requester").get(request.get_absolute_url()).content.decode()
    assert order.number in page
    page = client_of("buyer").get(reverse("items:supplieritem-detail", args=[bolts.public_id])).content.decode()
    assert "bought 200" in page
    allocations.check()


def test_a_second_run_orders_nothing_twice(firm, rule, bolts):
    request = approve(firm, (bolts, 200))
    for _turn in range(2):
        with unit_of_work():
            ordering.order_choices(request)
    assert (PurchaseOrder.rows.count(), drawn(bolts)) == (1, 200)


@pytest.mark.parametrize(
    ("harm", "why"),
    [("category", Left.CATEGORY), ("price", Left.PRICE), ("ended", Left.PRICE), ("less", Left.LIMIT),
     ("dear", Left.DEAR), ("split", Left.CHANGED)],
)  # fmt: skip
def test_what_does_not_hold_any_more_is_left_to_the_buyer(firm, rule, bolts, harm, why):
    request = approve(firm, (bolts, 400))
    prices, today = SupplierPrice.rows.filter(supplier_item=bolts), clock.today()
    if harm == "category":
        firm.fasteners.segment = "strategic"
        firm.fasteners.save(update_fields=["segment"])
    elif harm == "price":
        prices.update(price=D("0.06"))
    elif harm == "ended":
        prices.update(valid_to=today - dt.timedelta(days=1))
    elif harm == "less":
        prices.update(total_quantity=D(300))
    elif harm == "dear":
        ShopRule.rows.update(most_amount=D(19))
    else:
        RequestLine.rows.filter(request=request).update(open_quantity=D(399))
    work_off()
    assert left(request) == {"10443": why}
    assert not PurchaseOrder.rows.exists()
    assert RequestLine.rows.get(request=request).state == "approved"


def test_a_budget_without_room_leaves_it_open_and_nothing_half_done(firm, rule, bolts):
    request = approve(firm, (bolts, 400))
    center = firm.cc_assembly
    type(center).objects.filter(pk=center.pk).update(budget_policy="stop")
    work_off()
    assert left(request) == {"10443": Left.REFUSED}
    assert not PurchaseOrder.rows.exists()
    assert RequestLine.rows.get(request=request).open_quantity == 400
    told = AuditEvent.objects.filter(verb="created").values_list("subject_kind", flat=True)
    assert not {"procurement.purchaseorder", "procurement.demand"} & set(told), "the log tells of nothing that is not"


def test_of_a_line_that_was_cut_only_the_rest_counts(firm, rule, bolts):
    approve(firm, (bolts, 300))
    work_off()
    OrderLine.rows.update(cut_quantity=D(100))
    assert drawn_of([bolts.pk])[bolts.pk, "F-12", "EUR"] == Drawn(D(200), D("10.00"))


def test_a_firm_without_a_rule_or_with_one_that_is_off_waits_for_its_buyer(firm, bolts):
    approve(firm, (bolts, 100))
    make_rule(firm, is_on=False)
    approve(firm, (bolts, 100))
    assert not Job.rows.filter(kind=jobs.KIND).exists()
    assert set(ShopChoice.rows.values_list("left", flat=True)) == {""}


def test_a_rule_may_leave_sending_to_the_buyer_whom_the_routing_names(firm, rule, bolts):
    ShopRule.rows.update(sends=False)
    firm.assembly.buyer = firm.users.buyer2
    firm.assembly.save(update_fields=["buyer"])
    approve(firm, (bolts, 100))
    work_off()
    order = PurchaseOrder.rows.get()
    assert (order.state, order.buyer) == ("approved", firm.users.buyer2)


def test_approval_rules_of_orders_are_asked_as_of_any_order(firm, rule, bolts):
    from srm.approvals.models import ApprovalRule

    ApprovalRule.objects.create(kind="procurement.purchaseorder", who="user", user=firm.users.head)
    approve(firm, (bolts, 100))
    work_off()
    order = PurchaseOrder.rows.get()
    assert (order.state, drawn(bolts)) == ("draft", 100)


def test_what_is_used_up_is_not_offered_and_comes_back_when_an_order_is_cancelled(firm, rule, bolts):
    approve(firm, (bolts, 400))
    work_off()
    with pytest.raises(InvalidInput, match=r"has only 100\spc left"):
        check_out(firm, (bolts, 200))
    with unit_of_work():
        perform(PurchaseOrder.rows.get(), "cancel", actor=firm.actor("buyer"), reason="not wanted any more")
    assert drawn(bolts) == 0
    check_out(firm, (bolts, 500))


def test_orders_by_hand_draw_as_well_and_stop_where_the_agreement_ends(firm, bolts):
    def write(quantity, price="0.05"):
        with unit_of_work():
            return orders.create_order(
                actor=firm.actor("buyer"), legal_entity=firm.entity, supplier=firm.alfa, place=firm.plovdiv,
                lines=[{"item": firm.bolt, "quantity": D(quantity), "unit": firm.unit("C62"), "price": D(price)}],
            )  # fmt: skip

    def approved(order):
        with unit_of_work():
            return perform(order, "approve", actor=firm.actor("head"))

    approved(write(300))
    second, dearer, boxes = write(300), write(300, "0.06"), None
    with pytest.raises(RuleBroken, match=r"has only 200\spc left"):
        approved(second)
    assert PurchaseOrder.rows.get(pk=second.pk).state == "draft"
    assert (OrderLine.rows.get(order=dearer).agreed_price, approved(dearer).state) == (None, "approved")
    with unit_of_work():
        boxes = orders.create_order(
            actor=firm.actor("buyer"), legal_entity=firm.entity, supplier=firm.alfa, place=firm.plovdiv,
            lines=[{"item": firm.bolt, "quantity": D(1), "unit": firm.unit("BX"), "price": D(10)}],
        )  # fmt: skip
    assert approved(boxes).state == "approved", "a box of 200 at 10 is the agreed price, and 200 are left"
    assert drawn(bolts) == 300 + 300 + 200, "drafts count for what is offered"


def test_a_price_that_was_bought_at_ends_but_does_not_go(firm, rule, bolts):
    approve(firm, (bolts, 100))
    work_off()
    with pytest.raises(InvalidInput, match="let it end"), unit_of_work():
        items.update_supplier_item(bolts, actor=firm.actor("buyer"), prices=[])
    assert SupplierPrice.rows.filter(supplier_item=bolts).exists()


def test_who_may_set_the_rule(firm, client_of):
    with pytest.raises(NotAllowed), unit_of_work():
        rules.create_rule(actor=firm.actor("buyer"), legal_entity=firm.entity, is_on=True, buyer=firm.users.buyer)
    with pytest.raises(InvalidInput, match="may not send orders"):
        make_rule(firm, buyer=firm.users.requester)
    assert not ShopRule.rows.exists()
    made = make_rule(firm)
    for persona, status in (("administrator", 200), ("head", 200), ("buyer", 403), ("alfa_admin", 404)):
        assert client_of(persona).get(reverse("shop:shoprule-list")).status_code == status, persona
    body = {"is_on": False, "version": made.version}
    changed = client_of("head").patch(f"/api/v1/shop-rules/{made.public_id}/", body, "application/json")
    assert (changed.status_code, ShopRule.rows.get().is_on) == (200, False), changed.content

"""What is too little for all is shared by the rule of the order or of the firm, and everybody is told his part."""

from __future__ import annotations

from decimal import Decimal

import pytest

from procurement.handouts import selectors as handouts
from procurement.orders import services as orders
from procurement.orders.models import PurchaseOrder
from procurement.planning import services as planning
from procurement.receipts import services as receipts
from procurement.requests import ledger, selectors
from procurement.requests import services as requests
from procurement.requests.models import RequestLine
from procurement.requests.services import Carry
from srm.budget import selectors as budgets
from srm.budget.models import BudgetLine
from srm.core import clock
from srm.flow.perform import perform
from srm.ui.links import url_of
from tests.receipts.conftest import receive
from tests.requests.conftest import approved, in_days, line_of


def done(needs):
    for line in needs:
        line.refresh_from_db()
    return [line.done_quantity for line in needs]


@pytest.mark.parametrize(
    ("rule", "first", "second"),
    [("", [10, 40, 0], [60, 40, 20]), ("need_by", [10, 40, 0], [60, 40, 20]), ("priority", [0, 0, 50], [0, 20, 100]),
     ("pro_rata", [15, 10, 25], [36, 24, 60])],
)  # fmt: skip
def test_two_part_deliveries_are_shared_by_the_rule_of_the_order(firm, work, needs, order_of, rule, first, second):
    order = order_of(rule)
    receive(firm, work, order, 50)
    assert done(needs) == first
    receive(firm, work, order, 70)
    assert done(needs) == second
    receive(firm, work, order, 85)  # five more than ordered: nobody's
    assert done(needs) == [60, 40, 100]
    assert ledger.faults() == ledger.stale() == []


def test_an_order_without_a_rule_of_its_own_follows_the_legal_entity(firm, work, needs, order_of):
    firm.entity.share_rule = "pro_rata"
    firm.entity.save()
    receive(firm, work, order_of(), 50)
    assert done(needs) == [15, 10, 25]


def test_what_the_supplier_does_not_confirm_is_missed_by_whom_the_rule_says(firm, work, needs, order_of):
    order = order_of("need_by")
    with work():
        perform(order, "confirm", actor=firm.actor("alfa_admin"),
                lines=[{"line": order.lines.get().public_id, "quantity": "110", "on": in_days(12)}])  # fmt: skip
    done(needs)
    parts = [{part.place: part.quantity for part in selectors.where_is(line)} for line in needs]
    assert parts == [{"confirmed": 60}, {"confirmed": 40}, {"confirmed": 10, "ordered": 90}]


def test_closing_early_leaves_out_whom_the_rule_says_and_his_money_is_reserved_again(firm, work, needs, order_of):
    BudgetLine.rows.create(cost_center=firm.cc_assembly, year=clock.today().year, amount=Decimal(1000))
    order = order_of("priority")
    receive(firm, work, order, 50)
    with work():
        perform(order, "close", actor=firm.actor("buyer"), reason="no more of it")
    assert done(needs) == [0, 0, 50]
    parts = [{part.place: part.quantity for part in selectors.where_is(line)} for line in needs]
    assert parts == [{"planned": 60}, {"planned": 40}, {"received": 50, "planned": 50}]
    assert ledger.faults() == ledger.stale() == []


def test_everybody_reads_his_part_on_page_and_over_the_api(firm, work, needs, order_of, client_of):
    order = order_of("need_by")
    receive(firm, work, order, 50)
    client = client_of("requester")
    page = client.get(needs[0].request.get_absolute_url()).content.decode()
    assert "your 10 of 50 pc that came, shared by need-by date" in page.replace("\xa0", " ")
    answer = client.get(f"/api/v1/requests/{needs[0].request.public_id}/track/").json()
    assert answer[0]["shared"] == [{"stage": "received", "mine": "10", "whole": "50", "rule": "need_by"}]
    whom = client_of("buyer").get(order.get_absolute_url()).content.decode()
    assert "What is too little for all is shared by need-by date." in whom


def test_a_delivery_for_one_need_alone_is_not_said_to_be_shared(firm, work, client_of):
    request = approved(firm, line_of(firm, quantity="60"))
    with work():
        demand = planning.aggregate(actor=firm.actor("buyer"), legal_entity=firm.entity)
        order = orders.create_order(
            actor=firm.actor("buyer"), legal_entity=firm.entity, supplier=firm.alfa, place=firm.plovdiv,
            lines=[{"item": firm.bolt, "quantity": 60, "unit": firm.unit("C62"), "price": Decimal("0.05")}],
        )  # fmt: skip
        requests.carry_lines(
            actor=firm.actor("buyer"), source_kind=planning.DEMAND, source_stage="planned", stage="ordered",
            document=order, moves=[Carry(demand.lines.get().pk, order.lines.get().pk, Decimal(60))],
        )  # fmt: skip
        order = perform(order, "approve", actor=firm.actor("head"))
        order = perform(order, "send", actor=firm.actor("buyer"))
    receive(firm, work, order, 50)
    assert "shared" not in client_of("requester").get(request.get_absolute_url()).content.decode()


def test_the_rule_is_chosen_on_the_order_and_on_the_legal_entity(firm, work, needs, order_of, client_of):
    page = client_of("buyer").get("/orders/new/").content.decode()
    assert 'name="share_rule"' in page
    entity = client_of("administrator").get(url_of(firm.entity, "edit"))
    assert 'name="share_rule"' in entity.content.decode()


def test_the_sql_of_need_by_date_and_the_rule_of_the_same_name_agree(firm, work, needs, order_of):
    order = order_of("need_by")
    receive(firm, work, order, 77)
    by_rule = done(needs)
    with work():
        other = PurchaseOrder.objects.unscoped("test").get(pk=order.pk)
        requests.take_back(actor=firm.actor("buyer"), document_kind="procurement.goodsreceipt", stage="received",
                           line_id=list(receipts.ReceiptLine.objects.unscoped("test").values_list("pk", flat=True)))  # fmt: skip
        requests.carry(
            actor=firm.actor("buyer"), source_kind=orders.KIND, source_line_id=other.lines.get().pk,
            source_stage="ordered", stage="received", quantity=Decimal(77), document=other, line_id=other.lines.get().pk,
        )  # fmt: skip
    assert done(needs) == by_rule
    assert RequestLine.objects.unscoped("test").count() == 3


def test_what_came_too_much_serves_whom_a_reversal_left_waiting(firm, work, needs, order_of):
    order = order_of(cost_center=firm.cc_service)
    first = receive(firm, work, order, 100)
    receive(firm, work, order, 104)  # four more than ordered: nobody's
    assert done(needs) == [60, 40, 100]
    with work():
        perform(first, "reverse", actor=firm.actor("storekeeper"), reason="wrong goods")
    order.refresh_from_db()
    line = order.lines.get()
    # 104 are there and 96 come: nobody waits for more than that.
    assert (order.state, line.outstanding, sum(done(needs)), sum(one.coming_quantity for one in needs)) == (
        "sent",
        96,
        104,
        96,
    )
    assert ledger.faults() == ledger.stale() == budgets.disagreements() == handouts.disagreements() == []

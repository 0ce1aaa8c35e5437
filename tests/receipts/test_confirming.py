"""Who asked for a service says that it was done; what came straight to him, he says himself as well."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from procurement.orders import services as orders
from procurement.orders.models import PurchaseOrder
from procurement.planning import services as planning
from procurement.receipts import confirming
from procurement.receipts.models import GoodsReceipt, ReceiptLine
from procurement.requests import ledger, selectors
from procurement.requests import services as requests
from procurement.requests.services import Carry
from srm.budget.models import BudgetLine
from srm.catalog.models import Item
from srm.core import clock
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.flow.perform import perform
from srm.notify.models import Notice
from srm.stock.models import StockLevel
from suppliers.performance.models import PerformanceFact
from tests import allocations
from tests.receipts.conftest import receive
from tests.requests.conftest import approved, in_days, line_of


def service_of(firm):
    item = Item(article="SV-1", name_en="Window cleaning", category=firm.tools, base_unit=firm.unit("C62"),
                is_service=True, state="active")  # fmt: skip
    item.refresh_search()
    item.save()
    return item


def ordered(firm, work, *needs, place=None, buyer="buyer", due=-1):
    """A sent order of everything these needs still lack, one line per line of the demand."""
    with work():
        demand = planning.aggregate(
            actor=firm.actor("buyer"), legal_entity=firm.entity, window_days=60, lines=[need.pk for need in needs]
        )
        rows = list(demand.lines.select_related("item", "unit").order_by("pk"))
        order = orders.create_order(
            actor=firm.actor(buyer), legal_entity=firm.entity, supplier=firm.alfa, place=place or firm.plovdiv,
            lines=[{"item": row.item, "description": row.description, "quantity": row.quantity, "unit": row.unit,
                    "price": Decimal(30), "need_by": in_days(due)} for row in rows],
        )  # fmt: skip
        lines = list(order.lines.order_by("pk"))
        for row in rows:
            planning.take(actor=firm.actor("buyer"), demand_line=row, quantity=row.quantity)
        requests.carry_lines(
            actor=firm.actor("buyer"), source_kind=planning.DEMAND, source_stage="planned", stage="ordered", document=order,
            moves=[Carry(row.pk, line.pk, row.quantity) for row, line in zip(rows, lines, strict=True)],
        )  # fmt: skip
        order = perform(order, "approve", actor=firm.actor("head"))
        return perform(order, "send", actor=firm.actor("buyer"))


@pytest.fixture
def cleaning(firm):
    return service_of(firm)


@pytest.fixture
def need(firm, cleaning):
    """Ten hours of cleaning, accepted by a colleague of another department."""
    line = line_of(firm, cleaning, "10", estimate="30", work="Clean the windows.", accepts_by=firm.users.requester2)
    return approved(firm, line).lines.get()


@pytest.fixture
def order(firm, work, need):
    return ordered(firm, work, need)


def confirm(firm, work, need, quantity, who="requester", **values):
    with work():
        due = confirming.due_for(firm.actor(who), request=need.request)
        lines = [{"id": one.key, "quantity": quantity} for one in due]
        return confirming.confirm(
            need.request, actor=firm.actor(who), received_on=clock.today(), lines=lines, **values
        )  # fmt: skip


def untouched(need):
    need.refresh_from_db()
    return (need.done_quantity, GoodsReceipt.rows.count(), PerformanceFact.rows.count()) == (0, 0, 0)


def test_part_by_the_requester_and_the_rest_by_who_accepts(firm, work, need, order):
    BudgetLine.rows.create(cost_center=firm.cc_assembly, year=need.need_by.year, amount=Decimal(1000))
    (receipt,) = confirm(firm, work, need, "4", note="north side")
    need.refresh_from_db()
    assert (receipt.state, receipt.value, receipt.warehouse, need.done_quantity) == ("posted", 120, None, 4)
    assert {part.place: part.quantity for part in selectors.where_is(need)} == {"received": 4, "ordered": 6}
    confirm(firm, work, need, "6", who="requester2")
    need.refresh_from_db()
    order.refresh_from_db()
    assert (need.done_quantity, need.coming_quantity, order.state) == (10, 0, "closed")
    assert PerformanceFact.rows.count() == 2
    assert not StockLevel.rows.exists()
    allocations.check()


def test_the_buyer_hears_of_it_and_the_requester_when_another_accepted(firm, work, need, order):
    confirm(firm, work, need, "4", who="requester2", note="north side")
    told = {notice.user_id for notice in Notice.rows.filter(kind="receipts.confirmed")}
    assert told == {firm.users.buyer.pk, firm.users.requester.pk}


@pytest.mark.parametrize("who", ["approver", "buyer", "storekeeper", "auditor", "alfa_admin"])
def test_nobody_else_confirms(firm, work, need, order, who):
    assert confirming.due_for(firm.actor(who), request=need.request) == []
    with pytest.raises(RuleBroken):
        confirm(firm, work, need, "4", who=who)
    assert untouched(need)


def test_who_ordered_it_does_not_confirm_though_he_asked_for_it(firm, work, need, order):
    firm.users.buyer.person = firm.users.requester.person_id
    firm.users.buyer.save()
    with pytest.raises(RuleBroken):
        confirm(firm, work, need, "4")
    assert untouched(need)


def test_the_move_itself_refuses_the_buyer_and_strangers(firm, work, need, order):
    def draft(of=need):
        return confirming.services.create_receipt(
            actor=firm.actor("requester"), order=order, received_on=clock.today(),
            lines=[{"order_line": order.lines.get(), "quantity": "4", "need": of}],
        )  # fmt: skip

    with pytest.raises(NotAllowed), work():
        perform(draft(), "confirm", actor=firm.actor("storekeeper"))
    need.request.lines.update(accepts_by=None)
    with pytest.raises(RuleBroken), work():
        perform(draft(), "confirm", actor=firm.actor("requester2"))
    with pytest.raises(RuleBroken), work():
        perform(draft(of=None), "confirm", actor=firm.actor("requester"))
    assert untouched(need)


@pytest.mark.parametrize("quantity", ["10.0001", "-1", "many", "0", ""])
def test_what_cannot_be_is_refused(firm, work, need, order, quantity):
    with pytest.raises(InvalidInput):
        confirm(firm, work, need, quantity)
    assert untouched(need)


def test_a_day_to_come_or_an_unknown_line_is_refused(firm, work, need, order):
    key = confirming.due_for(firm.actor("requester"))[0].key
    for day, keys in ((in_days(1), [key]), (clock.today(), ["x"]), (clock.today(), [key, key])):
        with pytest.raises(InvalidInput), work():
            confirming.confirm(need.request, actor=firm.actor("requester"), received_on=day,
                               lines=[{"id": one, "quantity": "1"} for one in keys])  # fmt: skip
    assert untouched(need)


def test_nothing_is_to_be_confirmed_before_the_order_is_sent(firm, work, need):
    with work():
        planning.aggregate(actor=firm.actor("buyer"), legal_entity=firm.entity)
    assert confirming.due_for(firm.actor("requester")) == []


def test_each_confirms_his_own_part_whoever_needs_it_earlier(firm, work, cleaning):
    early = approved(firm, line_of(firm, cleaning, "6", need_by=in_days(2))).lines.get()
    late = approved(
        firm, line_of(firm, cleaning, "4", need_by=in_days(9)), by="requester2", department=firm.service,
        cost_center=firm.cc_service,
    ).lines.get()  # fmt: skip
    order = ordered(firm, work, early, late)
    assert order.lines.count() == 1
    confirm(firm, work, late, "4", who="requester2")
    for line in (early, late):
        line.refresh_from_db()
    assert (early.done_quantity, late.done_quantity) == (0, 4)
    confirm(firm, work, early, "6")
    assert PurchaseOrder.rows.get().state == "closed"
    allocations.check()


def test_goods_for_a_store_are_the_storekeepers_and_those_sent_straight_are_confirmed(firm, work):
    stored = approved(firm, line_of(firm, quantity="10")).lines.get()
    straight = approved(firm, line_of(firm, quantity="10", place=firm.sofia)).lines.get()
    ordered(firm, work, stored)
    ordered(firm, work, straight, place=firm.sofia)
    assert [due.need for due in confirming.due_for(firm.actor("requester"))] == [straight]
    confirm(firm, work, straight, "10")
    straight.refresh_from_db()
    assert straight.done_quantity == 10
    assert not StockLevel.rows.exists()
    allocations.check()


def test_a_reversal_takes_it_back_and_it_can_be_confirmed_again(firm, work, need, order):
    (receipt,) = confirm(firm, work, need, "10")
    with work():
        perform(receipt, "reverse", actor=firm.actor("storekeeper"), reason="not finished")
    need.refresh_from_db()
    assert (need.done_quantity, need.coming_quantity, PurchaseOrder.rows.get().state) == (0, 10, "sent")
    confirm(firm, work, need, "10")
    allocations.check()


def test_what_the_storekeeper_took_meanwhile_is_not_confirmed_again(firm, work, need, order):
    key = confirming.due_for(firm.actor("requester"))[0].key
    receive(firm, work, order, 7)
    with pytest.raises(InvalidInput), work():
        confirming.confirm(need.request, actor=firm.actor("requester"), received_on=clock.today(),
                           lines=[{"id": key, "quantity": "4"}])  # fmt: skip
    need.refresh_from_db()
    assert need.done_quantity == 7
    assert ledger.faults() == []


def test_the_requester_finds_it_on_his_request_and_in_his_inbox(firm, client_of, need, order):
    client = client_of("requester")
    page = f"/receipts/requests/{need.request.public_id}/confirm/"
    assert page in client.get("/").content.decode()
    assert page in client.get(need.request.get_absolute_url()).content.decode()
    form = client.get(page).content.decode()
    assert "Alfa Metal" in form
    key = confirming.due_for(firm.actor("requester"))[0].key
    data = {"received_on": clock.today().isoformat(), "note": "", "lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "1",
            "lines-0-id": key, "lines-0-quantity": "11"}  # fmt: skip
    refused = client.post(page, data)
    assert refused.status_code == 422
    assert "Only 10" in refused.content.decode()
    assert untouched(need)
    assert client.post(page, {**data, "lines-0-quantity": "10"}).status_code == 302
    need.refresh_from_db()
    assert need.done_quantity == 10
    assert page not in client.get(need.request.get_absolute_url()).content.decode()
    assert page not in client.get("/").content.decode()


def test_what_is_due_later_is_not_yet_in_the_inbox(firm, work, need, client_of):
    ordered(firm, work, need, due=5)
    client = client_of("requester")
    page = f"/receipts/requests/{need.request.public_id}/confirm/"
    assert page not in client.get("/").content.decode()
    with clock.set_to(clock.now() + dt.timedelta(days=6)):
        assert page in client.get("/").content.decode()


def test_the_same_over_the_api(firm, client_of, need, order):
    address = f"/api/v1/requests/{need.request.public_id}/confirm/"
    client = client_of("requester2")
    (due,) = client.get(address).json()
    assert (due["quantity"], due["order"]) == ("10", order.number)
    body = {"received_on": clock.today().isoformat(), "lines": [{"id": due["id"], "quantity": "11"}]}
    assert client.post(address, body, content_type="application/json").status_code == 422
    assert untouched(need)
    body["lines"][0]["quantity"] = "10"
    assert client.post(address, body, content_type="application/json").json() == []
    need.refresh_from_db()
    assert need.done_quantity == 10
    assert ReceiptLine.rows.get().need == need
    assert client_of("alfa_admin").get(address).status_code in {403, 404}

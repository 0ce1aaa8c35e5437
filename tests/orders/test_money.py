"""What orders do to budgets: kept when approved, ordered when sent, spent when it comes, given back when it ends."""

from decimal import Decimal

import pytest

from procurement.orders import services
from procurement.orders.models import PurchaseOrder
from procurement.receipts import services as receipts
from procurement.requests.services import Entry, allocate
from srm.budget.services import create_line
from srm.core import clock
from srm.core.actor import SYSTEM
from srm.core.errors import RuleBroken
from srm.flow.perform import available, perform
from srm.people.models import CostCenter
from tests.budget.conftest import buckets, set_policy
from tests.requests.conftest import approved, in_days, line_of
from tests.rest.helpers import api

D = Decimal


@pytest.fixture
def budget(firm, work):
    """The assembly's budget of 100 for the time in which everything here is needed; it stops."""
    set_policy(firm.cc_assembly, "stop")
    with work():
        return create_line(actor=SYSTEM, cost_center=firm.cc_assembly, year=in_days(20).year, amount=D(100))


@pytest.fixture
def order(firm, work):
    """`order(price)`: a buyer's draft of 100 bolts; for a request line, or for stock and paid by a cost centre."""

    def make(price, request=None, **values):
        with work():
            made = services.create_order(
                actor=firm.actor("buyer"), legal_entity=firm.entity, supplier=firm.alfa, place=firm.plovdiv,
                lines=[{"item": firm.bolt, "quantity": "100", "unit": firm.unit("C62"), "price": D(price),
                        "need_by": in_days(20)}], **values,
            )  # fmt: skip
            if request is not None:
                row = made.lines.get()
                allocate(actor=SYSTEM, entries=[Entry(request.lines.get().pk, "ordered", D(100), made, row.pk)])
            return made

    return make


@pytest.fixture
def move(firm, work):
    """`move(order, "send")`, by whoever does that."""

    def call(order, name, by="buyer", **details):
        with work():
            return perform(order, name, actor=firm.actor("head" if name == "approve" else by), **details)

    return call


def needed(firm, price):
    return approved(firm, line_of(firm, quantity="100", estimate=D(price)))


def receive(firm, work, order, quantity):
    with work():
        receipt = receipts.create_receipt(
            actor=firm.actor("storekeeper"), order=order, received_on=clock.today(), warehouse=firm.warehouse,
            lines=[{"order_line": order.lines.get(), "quantity": str(quantity), "rejected": 0}],
        )  # fmt: skip
        return perform(receipt, "post", actor=firm.actor("storekeeper"))


def test_a_dearer_order_keeps_the_difference_and_a_cheaper_one_frees_it(firm, budget, order, move):
    request = needed(firm, "0.60")
    assert buckets(budget) == (60, 0, 0)
    dear = move(order("0.90", request), "approve")
    assert buckets(budget) == (90, 0, 0)
    move(dear, "cancel", reason="too dear")
    assert buckets(budget) == (60, 0, 0)
    cheap = move(order("0.40", request), "approve")
    assert buckets(budget) == (40, 0, 0)
    move(cheap, "send")
    assert buckets(budget) == (0, 40, 0)


def test_an_order_dearer_than_the_budget_is_stopped_in_a_sentence(firm, budget, order, move):
    made = order("1.01", needed(firm, "0.60"))
    with pytest.raises(RuleBroken, match=r"40\.00") as refused:
        move(made, "approve")
    assert firm.users.budget_owner.name in str(refused.value)
    assert buckets(budget) == (60, 0, 0)
    assert PurchaseOrder.rows.get().state == "draft"


def test_a_need_without_a_price_is_asked_for_when_it_is_ordered(firm, budget, order, move):
    firm.bolt.reference_price = None
    firm.bolt.save(update_fields=["reference_price"])
    request = approved(firm, line_of(firm, quantity="100"))
    assert buckets(budget) == (0, 0, 0)
    with pytest.raises(RuleBroken):
        move(order("1.01", request), "approve")
    assert buckets(budget) == (0, 0, 0)


def test_what_comes_is_spent_to_the_cent_and_the_rest_is_reserved_until_it_is_given_up(firm, work, budget, order, move):
    request = needed(firm, "1")
    made = move(move(order("0.3333", request), "approve"), "send")
    assert buckets(budget) == (0, D("33.33"), 0)
    receive(firm, work, made, "33")
    receive(firm, work, made, "33")
    assert buckets(budget) == (0, D("11.33"), D("22.00"))
    move(made, "close", reason="the supplier has no more")
    assert buckets(budget) == (D("11.33"), 0, D("22.00"))
    move(request.lines.get(), "close_short", reason="the rest is not needed")
    assert buckets(budget) == (0, 0, D("22.00"))


def test_a_sent_order_that_is_cancelled_is_reserved_again(firm, budget, order, move):
    made = move(move(order("0.80", needed(firm, "0.60")), "approve"), "send")
    assert buckets(budget) == (0, 80, 0)
    move(made, "cancel", reason="the supplier cannot")
    assert buckets(budget) == (60, 0, 0)


# -- what no request asked for ------------------------------------------------


def test_where_budgets_stop_somebody_has_to_pay_for_goods_for_stock(firm, budget, order, move):
    made = order("0.50")
    offered = next(one for one in available(made, firm.actor("head")) if one.name == "approve")
    assert not offered.allowed
    assert "which cost centre pays" in str(offered.reasons[0])
    with pytest.raises(RuleBroken, match="which cost centre pays"):
        move(made, "approve")
    set_policy(firm.cc_assembly, "warn")
    assert move(made, "approve").state == "approved"


def test_goods_for_stock_are_paid_by_the_orders_cost_centre(firm, work, budget, order, move):
    made = move(order("0.70", cost_center=firm.cc_assembly), "approve")
    assert buckets(budget) == (70, 0, 0)
    with pytest.raises(RuleBroken, match=r"30\.00"):
        move(order("0.31", cost_center=firm.cc_assembly), "approve")
    made = move(made, "send")
    assert buckets(budget) == (0, 70, 0)
    receipt = receive(firm, work, made, "40")
    assert buckets(budget) == (0, 42, 28)
    with work():
        perform(receipt, "reverse", actor=firm.actor("storekeeper"), reason="wrong order")
    assert buckets(budget) == (0, 70, 0)
    receive(firm, work, made, "90")
    move(made, "close", reason="the rest is not needed")
    assert buckets(budget) == (0, 0, 63)


def test_what_comes_beyond_the_order_is_paid_for_too(firm, work, budget, order, move):
    made = move(move(order("0.96", cost_center=firm.cc_assembly), "approve"), "send")
    with pytest.raises(RuleBroken, match=r"4\.00"):
        receive(firm, work, made, "105")
    assert buckets(budget) == (0, 96, 0)
    receive(firm, work, made, "104")
    assert buckets(budget) == (0, 0, D("99.84"))


def test_a_cancelled_order_for_stock_leaves_nothing_behind(firm, budget, order, move):
    move(move(order("0.70", cost_center=firm.cc_assembly), "approve"), "cancel", reason="not needed")
    assert buckets(budget) == (0, 0, 0)
    sent = move(move(order("0.70", cost_center=firm.cc_assembly), "approve"), "send")
    move(sent, "cancel", reason="not needed")
    assert buckets(budget) == (0, 0, 0)


def test_the_payer_of_an_approved_order_is_named_in_the_browser_and_by_programs(firm, budget, order, move, client_of):
    other = CostCenter.objects.create(code="CC-other", name_en="Other", department=firm.assembly, budget_policy="warn")
    made = move(order("0.70", cost_center=firm.cc_assembly), "approve")
    client = client_of("buyer")
    assert "payer" in client.get(made.get_absolute_url()).content.decode()
    data = {"cost_center": other.public_id, "version": made.version}
    assert client.post(f"{made.get_absolute_url()}payer/", data).status_code == 302
    assert buckets(budget) == (0, 0, 0)
    fresh = PurchaseOrder.rows.get(pk=made.pk)
    answer = api(firm.users.buyer).patch(
        f"/api/v1/orders/{made.public_id}/", {"cost_center": firm.cc_assembly.public_id, "version": fresh.version}
    )
    assert answer.status_code == 200, answer.content
    assert answer.json()["cost_center"] == firm.cc_assembly.public_id
    assert buckets(budget) == (70, 0, 0)
    move(PurchaseOrder.rows.get(pk=made.pk), "send")
    again = client.post(f"{made.get_absolute_url()}payer/", {**data, "version": fresh.version})
    assert "was sent already" in again.content.decode()


def test_what_came_too_much_takes_nothing_that_another_order_has_committed(firm, work, budget, order, move):
    request = needed(firm, "0.10")
    need = request.lines.get()
    with work():
        halves = []
        for _half in range(2):
            made = services.create_order(
                actor=firm.actor("buyer"), legal_entity=firm.entity, supplier=firm.alfa, place=firm.plovdiv,
                lines=[{"item": firm.bolt, "quantity": "50", "unit": firm.unit("C62"), "price": D("0.40"), "need_by": in_days(20)}],
            )  # fmt: skip
            allocate(actor=SYSTEM, entries=[Entry(need.pk, "ordered", D(50), made, made.lines.get().pk)])
            halves.append(made)
    first, second = (move(move(half, "approve"), "send") for half in halves)
    assert buckets(budget) == (0, 40, 0)
    receipt = receive(firm, work, first, 52)
    assert buckets(budget) == (0, 20, D("20.80"))  # the second order's 20 are untouched
    with work():
        perform(receipt, "reverse", actor=firm.actor("storekeeper"), reason="wrong goods")
    assert buckets(budget) == (0, 40, 0)
    assert second.state == "sent"

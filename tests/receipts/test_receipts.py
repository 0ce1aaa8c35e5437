"""Goods come: stock, facts and the order follow; a reversal takes all of it back."""

import datetime as dt
from decimal import Decimal

import pytest

from procurement.orders import services as orders
from procurement.receipts import services
from procurement.receipts.models import GoodsReceipt
from srm.core import clock
from srm.core.errors import InvalidInput, RuleBroken
from srm.flow.perform import perform
from srm.stock.models import StockLevel
from suppliers.performance.models import PerformanceFact


@pytest.fixture
def order(firm, work):
    """A sent order of 1,000 bolts at 0.05."""
    with work():
        made = orders.create_order(
            actor=firm.actor("buyer"), legal_entity=firm.entity, supplier=firm.alfa, place=firm.plovdiv,
            lines=[{"item": firm.bolt, "quantity": "1000", "unit": firm.unit("C62"), "price": Decimal("0.05"),
                    "need_by": clock.today() + dt.timedelta(days=5)}],
        )  # fmt: skip
        made = perform(made, "approve", actor=firm.actor("head"))
        return perform(made, "send", actor=firm.actor("buyer"))


@pytest.fixture
def receive(firm, work, order):
    """Receive as the storekeeper and post."""

    def make(quantity, rejected=0, reason="", **values):
        with work():
            receipt = services.create_receipt(
                actor=firm.actor("storekeeper"), order=order, received_on=clock.today(), warehouse=firm.warehouse,
                lines=[{"order_line": order.lines.get(), "quantity": quantity, "rejected": rejected, "reason": reason}],
                **values,
            )  # fmt: skip
            return perform(receipt, "post", actor=firm.actor("storekeeper"))

    return make


def level(firm):
    row = StockLevel.rows.filter(item=firm.bolt, warehouse=firm.warehouse).first()
    return row.on_hand if row else 0


def test_a_part_comes_and_then_the_rest_closes_the_order(firm, order, receive):
    first = receive("400")
    order.refresh_from_db()
    assert (first.value, level(firm), order.state) == (Decimal("20.00"), 400, "sent")
    receive("600")
    order.refresh_from_db()
    assert (level(firm), order.state) == (1000, "closed")
    assert PerformanceFact.rows.count() == 2


def test_rejected_goods_do_not_enter_the_stock(firm, order, receive):
    receive("100", rejected="50", reason="rust")
    assert level(firm) == 100
    assert PerformanceFact.rows.get().rejected == 50


@pytest.mark.parametrize(
    ("quantity", "rejected", "reason"),
    [("0", "0", ""), ("1051", "0", ""), ("10", "5", ""), ("-1", "0", ""), ("1e30", "0", ""), ("x", "0", "")],
)
def test_what_cannot_have_come_is_refused(firm, order, receive, quantity, rejected, reason):
    with pytest.raises(InvalidInput):
        receive(quantity, rejected=rejected, reason=reason)
    assert not GoodsReceipt.rows.exists()
    assert level(firm) == 0


def test_a_date_in_the_future_is_refused(firm, work, order):
    with pytest.raises(InvalidInput) as refused, work():
        services.create_receipt(
            actor=firm.actor("storekeeper"), order=order, warehouse=firm.warehouse,
            received_on=clock.today() + dt.timedelta(days=1),
            lines=[{"order_line": order.lines.get(), "quantity": 1, "rejected": 0}],
        )  # fmt: skip
    assert "received_on" in refused.value.errors


def test_who_orders_does_not_receive(firm, work, order):
    from srm.people.models import UserRole

    UserRole.objects.create(user=firm.users.buyer, role="storekeeper")
    with pytest.raises(RuleBroken), work():
        receipt = services.create_receipt(
            actor=firm.actor("buyer"), order=order, received_on=clock.today(), warehouse=firm.warehouse,
            lines=[{"order_line": order.lines.get(), "quantity": 1, "rejected": 0}],
        )  # fmt: skip
        perform(receipt, "post", actor=firm.actor("buyer"))
    assert level(firm) == 0


def test_a_reversal_takes_everything_back(firm, work, order, receive):
    receipt = receive("400")
    with work():
        perform(receipt, "reverse", actor=firm.actor("storekeeper"), reason="wrong order")
    order.refresh_from_db()
    assert (level(firm), order.lines.get().received_quantity) == (0, 0)


def test_the_storekeeper_receives_in_the_browser(firm, order, client_of):
    keeper = client_of("storekeeper")
    assert order.number in keeper.get("/receipts/expected/").content.decode()
    page = keeper.get(f"/receipts/orders/{order.public_id}/receive/")
    assert page.status_code == 200
    form = page.context["formset"]
    data = {"received_on": clock.today().isoformat(), "warehouse": firm.warehouse.pk, "delivery_note": "DN-7",
            f"{form.prefix}-TOTAL_FORMS": "1", f"{form.prefix}-INITIAL_FORMS": "1",
            f"{form.prefix}-0-id": order.lines.get().public_id, f"{form.prefix}-0-quantity": "250"}  # fmt: skip
    answer = keeper.post(f"/receipts/orders/{order.public_id}/receive/", data)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    receipt = GoodsReceipt.rows.get()
    assert (receipt.state, receipt.delivery_note, level(firm)) == ("posted", "DN-7", 250)
    for address in ("/receipts/", receipt.get_absolute_url(), order.get_absolute_url()):
        assert keeper.get(address).status_code == 200, address


def test_closing_early_gives_up_the_rest_and_nothing_more_is_expected(firm, work, order, receive, client_of):
    receive("400")
    with work():
        closed = perform(order, "close", actor=firm.actor("buyer"), reason="the rest is not made any more")
    line = closed.lines.get()
    assert (line.cut_quantity, line.owed, line.outstanding) == (600, 400, 0)
    assert order.number not in client_of("storekeeper").get("/receipts/expected/").content.decode()


def test_a_reversal_reopens_the_order_that_had_closed(firm, work, order, receive):
    receive("400")
    receipt = receive("600")
    with work():
        perform(receipt, "reverse", actor=firm.actor("storekeeper"), reason="another firm's goods")
    order.refresh_from_db()
    assert (order.state, order.lines.get().outstanding) == ("sent", 600)
    receive("600")
    order.refresh_from_db()
    assert order.state == "closed"


def test_after_a_reversal_what_was_cut_stays_cut(firm, work, order, receive):
    receipt = receive("400")
    with work():
        perform(order, "close", actor=firm.actor("buyer"), reason="no more of it")
        perform(receipt, "reverse", actor=firm.actor("storekeeper"), reason="another firm's goods")
    order.refresh_from_db()
    assert (order.state, order.lines.get().outstanding) == ("sent", 400)
    with pytest.raises(InvalidInput):
        receive("421")

"""Orders by hand: written, approved by another, sent, confirmed by the supplier, closed or cancelled."""

import datetime as dt
from decimal import Decimal

import pytest

from procurement.orders import services
from procurement.orders.models import OrderConfirmation, PurchaseOrder
from srm.core import clock
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.flow.perform import perform
from srm.outbox.models import OutboxEvent


def line(firm, **values):
    return {"item": firm.bolt, "quantity": "1000", "unit": firm.unit("C62"), "price": Decimal("0.052"),
            "need_by": clock.today() + dt.timedelta(days=20), **values}  # fmt: skip


@pytest.fixture
def write(firm, work):
    """Write a draft as the buyer."""

    def make(*lines, **values):
        with work():
            return services.create_order(
                actor=firm.actor("buyer"), legal_entity=firm.entity, supplier=firm.alfa, place=firm.plovdiv,
                lines=lines or [line(firm)], **values,
            )  # fmt: skip

    return make


@pytest.fixture
def sent(firm, work, write):
    """A sent order of two lines."""
    order = write(line(firm), line(firm, item=None, description="Torque wrench", quantity="2", price=Decimal(120)))
    with work():
        order = perform(order, "approve", actor=firm.actor("head"))
        return perform(order, "send", actor=firm.actor("buyer"))


def test_totals_are_rounded_at_the_line(firm, write):
    order = write(line(firm, quantity="3", price=Decimal("0.335")), line(firm, quantity="3", price=Decimal("0.335")))
    assert order.net_total == Decimal("2.02")


def test_packs_are_counted_in_base_units(firm, write):
    order = write(line(firm, quantity="5", unit=firm.unit("BX"), price=Decimal("10")))
    assert order.lines.get().base_quantity == 1000


@pytest.mark.parametrize("quantity", ["0", "-1", "1e30", "many", "NaN", "", None, "1.23456"])
def test_impossible_quantities_are_refused_at_their_line(firm, write, quantity):
    with pytest.raises(InvalidInput) as refused:
        write(line(firm), line(firm, quantity=quantity))
    assert list(refused.value.errors) == ["lines.1.quantity"] or list(refused.value.errors) == ["lines.1.item"]
    assert not PurchaseOrder.rows.exists()


def test_a_unit_that_does_not_convert_is_refused(firm, write):
    with pytest.raises(InvalidInput) as refused:
        write(line(firm, unit=firm.unit("KGM")))
    assert "lines.0.unit" in refused.value.errors


def test_who_wrote_an_order_cannot_approve_it(firm, work, write):
    with work():
        order = services.create_order(
            actor=firm.actor("head"),
            legal_entity=firm.entity,
            supplier=firm.alfa,
            place=firm.plovdiv,
            lines=[line(firm)],
        )
    with pytest.raises(RuleBroken), work():
        perform(order, "approve", actor=firm.actor("head"))
    order.refresh_from_db()
    assert (order.state, order.number) == ("draft", "")


def test_sending_numbers_tells_and_links(firm, sent):
    assert sent.number.startswith("PO-")
    assert sent.ordered_on == clock.today()
    assert OutboxEvent.rows.filter(kind="order.send").exists()
    assert OutboxEvent.rows.filter(kind__startswith="mail").exists()


def test_the_supplier_confirms_with_its_own_dates(firm, work, sent):
    first, second = sent.lines.all()
    on = clock.today() + dt.timedelta(days=9)
    with work():
        done = perform(
            sent, "confirm", actor=firm.actor("alfa_admin"), note="rest later",
            lines=[{"line": first.public_id, "quantity": "900", "on": on.isoformat()}],
        )  # fmt: skip
    first.refresh_from_db()
    second.refresh_from_db()
    assert (done.state, first.confirmed_quantity, first.confirmed_on) == ("confirmed", 900, on)
    assert second.confirmed_quantity == 2
    assert OrderConfirmation.rows.get().note == "rest later"


@pytest.mark.parametrize(
    "answer", [{"quantity": "1001"}, {"quantity": "0"}, {"on": "2001-01-01"}, {"on": "soon"}, {"quantity": "-3"}]
)
def test_an_impossible_answer_is_refused_and_changes_nothing(firm, work, sent, answer):
    first = sent.lines.first()
    with pytest.raises(InvalidInput), work():
        perform(sent, "confirm", actor=firm.actor("alfa_admin"), lines=[{"line": first.public_id, **answer}])
    sent.refresh_from_db()
    assert sent.state == "sent"
    assert not OrderConfirmation.rows.exists()


def test_another_supplier_neither_sees_nor_confirms(firm, work, sent, client_of):
    assert not PurchaseOrder.objects.visible_to(firm.actor("beta_admin")).exists()
    with pytest.raises((NotAllowed, RuleBroken)), work():
        perform(sent, "confirm", actor=firm.actor("beta_admin"))
    foreign = client_of("beta_admin").get(f"/portal/orders/{sent.public_id}/order/")
    nowhere = client_of("beta_admin").get("/portal/orders/aaaaaaaaaaaaaaaaaaaaaa/order/")
    assert foreign.status_code == nowhere.status_code == 404


def test_a_draft_does_not_exist_for_its_supplier(firm, write):
    write()
    assert not PurchaseOrder.objects.visible_to(firm.actor("alfa_admin")).exists()


def test_a_suspended_supplier_gets_no_order(firm, work, write):
    order = write()
    with work():
        order = perform(order, "approve", actor=firm.actor("head"))
        perform(firm.alfa, "block", actor=firm.actor("head"), reason="fraud")
    with pytest.raises(RuleBroken) as refused, work():
        perform(order, "send", actor=firm.actor("buyer"))
    assert "Blocked" in str(refused.value)


def test_the_pages_work_for_staff_and_supplier(firm, sent, client_of):
    buyer = client_of("buyer")
    for address in ("/orders/", f"/orders/{sent.public_id}/", "/orders/new/", "/orders/?late=1&mine=1"):
        assert buyer.get(address).status_code == 200, address
    pdf = buyer.get(f"/orders/{sent.public_id}/order.pdf")
    assert pdf.content.startswith(b"%PDF")
    supplier = client_of("alfa_admin")
    assert sent.number in supplier.get("/portal/").content.decode()
    page = supplier.get(f"/portal/orders/{sent.public_id}/confirm/")
    assert page.status_code == 200
    data = {"note": "ok"}
    for row in sent.lines.all():
        data |= {f"{row.public_id}-quantity": str(row.base_quantity), f"{row.public_id}-on": row.need_by.isoformat()}
    assert supplier.post(f"/portal/orders/{sent.public_id}/confirm/", data).status_code == 302
    sent.refresh_from_db()
    assert sent.state == "confirmed"

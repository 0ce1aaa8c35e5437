"""A price for 100 or 1000 pieces stays what it is, on every way an order takes."""

from decimal import Decimal

import pytest

from procurement.orders.models import PurchaseOrder
from procurement.orders.printing import letter
from srm.core import clock
from srm.flow.perform import perform
from tests.rest.helpers import api


@pytest.fixture
def by_program(firm):
    """A draft over the API: 1000 bolts at 6.15 for 100."""
    line = {"item": firm.bolt.public_id, "quantity": "1000", "unit": "C62", "price": "6.15", "price_basis": 100,
            "need_by": clock.today().isoformat()}  # fmt: skip
    body = {"legal_entity": firm.entity.public_id, "supplier": firm.alfa.public_id, "place": firm.plovdiv.public_id,
            "lines": [line]}  # fmt: skip
    answer = api(firm.users.buyer).post("/api/v1/orders/", body)
    assert answer.status_code == 201, answer.content
    assert (answer.json()["net_total"], answer.json()["lines"][0]["price_basis"]) == ("61.50", 100)
    return PurchaseOrder.rows.get()


def test_the_form_keeps_it_when_a_draft_is_saved_again(firm, by_program, client_of):
    client, address = client_of("buyer"), f"/orders/{by_program.public_id}/edit/"
    page = client.get(address)
    assert 'data-total-per="price_basis"' in page.content.decode()
    form, formset = page.context["form"], page.context["formset"]
    sent = {field.html_name: field.value() or "" for field in form}
    sent |= {field.html_name: field.value() or "" for each in formset for field in each}
    sent |= {field.html_name: field.value() for field in formset.management_form}
    sent |= {"lines-0-need_by": clock.today().isoformat(), "version": by_program.version}
    sent = {name: getattr(value, "public_id", value) for name, value in sent.items()}
    assert client.post(address, sent).status_code == 302
    by_program.refresh_from_db()
    assert (by_program.net_total, by_program.lines.get().price_basis) == (Decimal("61.50"), 100)
    client.post(address, {**sent, "lines-0-price_basis": "", "version": by_program.version})
    by_program.refresh_from_db()
    assert (by_program.net_total, by_program.lines.get().price_basis) == (Decimal("6150.00"), 1)


def test_it_stands_beside_the_price_on_page_letter_and_portal(firm, work, by_program, client_of):
    with work():
        order = perform(by_program, "approve", actor=firm.actor("head"))
        order = perform(order, "send", actor=firm.actor("buyer"))
    assert "6.15 / 100" in client_of("buyer").get(f"/orders/{order.public_id}/").content.decode()
    assert letter(order)["lines"][0][3] == "6.15 / 100"
    portal = client_of("alfa_admin").get(f"/portal/orders/{order.public_id}/order/").content.decode()
    assert "6.15 EUR / 100" in portal.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("basis", ["0", "-1", "many", "1.5"])
def test_impossible_ones_are_refused(firm, by_program, basis):
    line = {"item": firm.bolt.public_id, "quantity": "1", "unit": "C62", "price": "1", "price_basis": basis}
    body = {"version": by_program.version, "lines": [line]}
    answer = api(firm.users.buyer).patch(f"/api/v1/orders/{by_program.public_id}/", body)
    assert answer.status_code == 422
    assert "lines.0.price_basis" in answer.json()["errors"]
    assert by_program.lines.get().price_basis == 100

"""What an order's line is needed for on several days stands on its page, in the portal and in the letter."""

from decimal import Decimal

import pytest

from procurement.orders import dates, services
from procurement.orders.printing import letter
from procurement.requests.services import Entry, allocate
from srm.core.actor import SYSTEM
from srm.flow.perform import perform
from srm.ui import formats
from suppliers.portal.pages import portal_url
from tests.requests.conftest import approved, in_days, line_of

D = Decimal


@pytest.fixture
def order_for(firm, work):
    """A sent order of 100 bolts that serves needs of (quantity, days from today)."""

    def make(*needs):
        asked = [approved(firm, line_of(firm, quantity=str(n), need_by=in_days(day))) for n, day in needs]
        with work():
            made = services.create_order(
                actor=firm.actor("buyer"), legal_entity=firm.entity, supplier=firm.alfa, place=firm.plovdiv,
                lines=[{"item": firm.bolt, "quantity": "100", "unit": firm.unit("C62"), "price": D("0.1"),
                        "need_by": in_days(20)}],
            )  # fmt: skip
            row = made.lines.get()
            entries = [
                Entry(request.lines.get().pk, "ordered", D(n), made, row.pk)
                for request, (n, _day) in zip(asked, needs, strict=True)
            ]
            allocate(actor=SYSTEM, entries=entries)
            made = perform(made, "approve", actor=firm.actor("head"))
            return perform(made, "send", actor=firm.actor("buyer"))

    return make


def test_each_day_is_told_once_the_earliest_first(firm, order_for):
    order = order_for((30, 40), (50, 20), (20, 40))
    (plan,) = dates.plans_of(list(order.lines.all())).values()
    assert [(due.on, due.quantity) for due in plan] == [(in_days(20), D(50)), (in_days(40), D(50))]


def test_a_line_that_is_needed_on_one_day_has_no_plan(firm, order_for):
    order = order_for((60, 20), (40, 20))
    assert dates.plans_of(list(order.lines.all())) == {}
    assert "\n" not in letter(order)["lines"][0][1]


def test_buyer_supplier_and_letter_read_the_same_days(firm, order_for, client_of):
    order = order_for((60, 20), (40, 45))
    portal = client_of("alfa_admin").get(portal_url(order)).content.decode()
    texts = [client_of("buyer").get(order.get_absolute_url()).content.decode(), portal, letter(order)["lines"][0][1]]
    for text in texts:
        assert formats.day(in_days(45)) in text


def test_the_supplier_does_not_read_who_asked(firm, order_for, client_of):
    order = order_for((60, 20), (40, 45))
    portal = client_of("alfa_admin").get(portal_url(order)).content.decode()
    assert str(firm.users.requester.name) not in portal

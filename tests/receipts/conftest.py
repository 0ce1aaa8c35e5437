"""An order that serves the needs of several requests, and what comes of it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from procurement.orders import services as orders
from procurement.planning import services as planning
from procurement.receipts import services as receipts
from procurement.requests import services as requests
from procurement.requests.services import Carry
from srm.core import clock
from srm.flow.perform import perform
from tests.requests.conftest import approved, in_days, line_of

URGENT = {"route": "urgent", "route_reason": "the line stands still"}


@pytest.fixture
def needs(firm):
    """60 bolts in 30 days, 40 in 10, and, urgently, 100 in 40: as (request line) in this order."""
    made = [
        approved(firm, line_of(firm, quantity="60", need_by=in_days(30))),
        approved(firm, line_of(firm, quantity="40", need_by=in_days(10))),
        approved(firm, line_of(firm, quantity="100", need_by=in_days(40)), **URGENT),
    ]
    return [request.lines.get() for request in made]


@pytest.fixture
def order_of(firm, work, needs):
    """A sent order of all of it, drawn from the demand, with a rule."""

    def make(rule="", quantity=200, **values):
        with work():
            demand = planning.aggregate(actor=firm.actor("buyer"), legal_entity=firm.entity, window_days=60)
            order = orders.create_order(
                actor=firm.actor("buyer"), legal_entity=firm.entity, supplier=firm.alfa, place=firm.plovdiv,
                lines=[{"item": firm.bolt, "quantity": quantity, "unit": firm.unit("C62"), "price": Decimal("0.05"),
                        "need_by": in_days(9)}],
                share_rule=rule, **values,
            )  # fmt: skip
            requests.carry_lines(
                actor=firm.actor("buyer"), source_kind=planning.DEMAND, source_stage="planned", stage="ordered",
                document=order, moves=[Carry(demand.lines.get().pk, order.lines.get().pk, Decimal(quantity))],
            )  # fmt: skip
            order = perform(order, "approve", actor=firm.actor("head"))
            return perform(order, "send", actor=firm.actor("buyer"))

    return make


def receive(firm, work, order, quantity):
    with work():
        receipt = receipts.create_receipt(
            actor=firm.actor("storekeeper"), order=order, received_on=clock.today(), warehouse=firm.warehouse,
            lines=[{"order_line": order.lines.get(), "quantity": quantity, "rejected": 0}],
        )  # fmt: skip
        return perform(receipt, "post", actor=firm.actor("storekeeper"))

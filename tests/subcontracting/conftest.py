"""An order of ten boxes of gloves at Alfa, into which go four of our bolts a box, and five of our nuts in all."""

from __future__ import annotations

from decimal import Decimal

import pytest

from procurement.orders import services as orders
from procurement.orders.models import PurchaseOrder
from procurement.receipts import services as receipts
from procurement.subcontracting import selectors, services, stating
from procurement.subcontracting.models import SuppliedMaterial
from srm.core import clock
from srm.core.actor import SYSTEM
from srm.flow.perform import perform
from srm.flow.uow import unit_of_work
from srm.stock import services as stock
from srm.stock.models import StockLevel

D = Decimal


def written(firm, supplier=None, state="sent", quantity="10"):
    """An order of gloves."""
    with unit_of_work():
        order = orders.create_order(
            actor=firm.actor("buyer"), legal_entity=firm.entity, supplier=supplier or firm.alfa, place=firm.plovdiv,
            lines=[{"item": firm.gloves, "quantity": quantity, "unit": firm.unit("BX"), "price": D("2.00"),
                    "need_by": clock.today()}],
        )  # fmt: skip
        if state != "draft":
            order = perform(order, "approve", actor=firm.actor("head"))
        if state == "sent":
            order = perform(order, "send", actor=firm.actor("buyer"))
    return order


def stated(firm, order):
    """Four bolts a box, five nuts in all: (bolts, nuts)."""
    line = order.lines.get().public_id
    with unit_of_work():
        stating.state(
            order, actor=firm.actor("buyer"),
            lines=[{"id": None, "line": line, "item": firm.bolt, "basis": "unit", "quantity": "4"},
                   {"id": None, "line": line, "item": firm.nut, "basis": "whole", "quantity": "5"}],
        )  # fmt: skip
    rows = SuppliedMaterial.rows.filter(order=order).order_by("pk")
    return rows[0], rows[1]


def stocked(firm):
    """100 bolts worth 10.00 and 20 nuts worth 1.00 in the main store."""
    with unit_of_work():
        for item, quantity, value in ((firm.bolt, 100, "10.00"), (firm.nut, 20, "1.00")):
            stock.receive(
                actor=SYSTEM, warehouse=firm.warehouse, item=item, quantity=D(quantity), value=D(value),
                moved_on=clock.today(),
            )  # fmt: skip


@pytest.fixture
def order(firm):
    stocked(firm)
    return written(firm)


@pytest.fixture
def bill(firm, order):
    return stated(firm, order)


@pytest.fixture
def do(firm, work, order):
    """What people do with the order's materials, each in a unit of work of his own."""

    class Doing:
        def send(self, **quantities):
            return self._moved(services.send, quantities)

        def back(self, **quantities):
            return self._moved(services.take_back, quantities)

        def _moved(self, service, quantities):
            lines = [{"id": self.of(name).public_id, "quantity": value} for name, value in quantities.items()]
            with work():
                return service(order, actor=firm.actor("storekeeper"), warehouse=firm.warehouse, lines=lines)

        def of(self, name):
            return SuppliedMaterial.rows.get(order=order, item=getattr(firm, name))

        def correct(self, name, used, reason="counted at the supplier", **more):
            with work():
                return services.correct(
                    self.of(name), actor=firm.actor("storekeeper"), used=D(used), reason=reason, **more
                )

        def write_off(self, name, quantity, reason="rusted there", **more):
            with work():
                return services.write_off(
                    self.of(name), actor=firm.actor("storekeeper"), quantity=D(quantity), reason=reason, **more
                )

        def receive(self, quantity):
            with work():
                receipt = receipts.create_receipt(
                    actor=firm.actor("storekeeper"), order=order, received_on=clock.today(), warehouse=firm.warehouse,
                    lines=[{"order_line": order.lines.get(), "quantity": quantity, "rejected": 0}],
                )  # fmt: skip
                return perform(receipt, "post", actor=firm.actor("storekeeper"))

        def reverse(self, receipt):
            with work():
                return perform(receipt, "reverse", actor=firm.actor("storekeeper"), reason="not ours")

    return Doing()


def sums(material):
    """(sent, used, returned, written off, left) as they are now."""
    row = SuppliedMaterial.rows.get(pk=material.pk)
    return tuple(int(value) for value in (row.sent, row.consumed, row.returned, row.written_off, row.left))


def state_of(order):
    return PurchaseOrder.rows.get(pk=order.pk).state


def lying(firm, item, *, at_supplier=False):
    """What lies in the main store, or at suppliers, of an item."""
    rows = StockLevel.rows.filter(item=item)
    rows = rows.exclude(warehouse__holder="") if at_supplier else rows.filter(warehouse=firm.warehouse)
    return sum((row.on_hand for row in rows), D(0))


def agree():
    """All books that know of materials agree."""
    from procurement.handouts import selectors as handouts
    from srm.stock import selectors as stocks

    assert selectors.disagreements() == stocks.disagreements() == handouts.disagreements() == []

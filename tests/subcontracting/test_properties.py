"""Whatever happens in whatever order: what was sent is what was used, returned, written off and is left."""

from __future__ import annotations

import contextlib
import itertools
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from procurement.orders.models import PurchaseOrder
from procurement.receipts import services as receipts
from procurement.receipts.models import GoodsReceipt
from procurement.subcontracting import selectors, services
from procurement.subcontracting.billing import Bill
from procurement.subcontracting.models import SuppliedMaterial
from srm.core import clock
from srm.core.errors import DomainError
from srm.flow.perform import perform
from srm.flow.uow import unit_of_work
from srm.stock import selectors as stocks
from tests.subcontracting.conftest import agree, stated, stocked, written

SOME = st.decimals("0.0001", "60", places=4)
PARTS = st.decimals("0.0001", "6", places=4)


class Materials(RuleBasedStateMachine):
    """One order with two materials, and people who do anything with them."""

    firm = None

    @initialize()
    def begin(self):
        stocked(self.firm)
        self.order = written(self.firm)
        self.materials = stated(self.firm, self.order)
        self.keeper = self.firm.actor("storekeeper")

    def attempt(self, work):
        """Done or refused; refused it changes nothing, which the invariant sees."""
        with contextlib.suppress(DomainError), unit_of_work():
            work()

    def order_now(self):
        return PurchaseOrder.rows.get(pk=self.order.pk)

    @rule(which=st.integers(0, 1), quantity=SOME, back=st.booleans())
    def carry(self, which, quantity, back):
        service = services.take_back if back else services.send
        lines = [{"id": self.materials[which].public_id, "quantity": quantity}]
        self.attempt(lambda: service(self.order_now(), actor=self.keeper, warehouse=self.firm.warehouse, lines=lines))

    @rule(which=st.integers(0, 1), used=SOME)
    def correct(self, which, used):
        row = SuppliedMaterial.rows.get(pk=self.materials[which].pk)
        self.attempt(lambda: services.correct(row, actor=self.keeper, used=used, reason="counted there"))

    @rule(which=st.integers(0, 1), quantity=SOME)
    def write_off(self, which, quantity):
        row = SuppliedMaterial.rows.get(pk=self.materials[which].pk)
        self.attempt(lambda: services.write_off(row, actor=self.keeper, quantity=quantity, reason="lost there"))

    @rule(quantity=PARTS)
    def receive(self, quantity):
        def post():
            order = self.order_now()
            receipt = receipts.create_receipt(
                actor=self.keeper, order=order, received_on=clock.today(), warehouse=self.firm.warehouse,
                lines=[{"order_line": order.lines.get(), "quantity": quantity, "rejected": 0}],
            )  # fmt: skip
            perform(receipt, "post", actor=self.keeper)

        self.attempt(post)

    @rule(number=st.integers(0, 3))
    def reverse(self, number):
        found = list(GoodsReceipt.rows.filter(order=self.order, state="posted").order_by("pk"))
        if number < len(found):
            self.attempt(lambda: perform(found[number], "reverse", actor=self.keeper, reason="another firm's"))

    @rule(move=st.sampled_from(["close", "cancel"]))
    def end(self, move):
        left = SuppliedMaterial.rows.filter(order=self.order, left__gt=0).exists()
        before = self.order_now().state
        self.attempt(lambda: perform(self.order_now(), move, actor=self.firm.actor("buyer"), reason="no more of it"))
        assert not left or self.order_now().state == before

    @invariant()
    def what_was_sent_is_somewhere(self):
        if not hasattr(self, "order"):
            return
        for row in SuppliedMaterial.rows.filter(order=self.order):
            assert row.sent == row.consumed + row.returned + row.written_off + row.left
            assert min(row.sent, row.consumed, row.returned, row.written_off, row.left) >= 0
        assert selectors.disagreements() == stocks.disagreements() == []


@pytest.mark.slow
@pytest.mark.deep
def test_what_was_sent_is_used_returned_written_off_or_left(firm):
    machine = type("Materials", (Materials,), {"firm": firm})
    few = settings(max_examples=20) if settings().max_examples <= 100 else settings()
    run_state_machine_as_test(machine, settings=few)
    agree()


@given(
    quantity=st.decimals("0.0001", "1000", places=4), in_all=st.booleans(),
    ordered=st.decimals("0.0001", "1000", places=4), factor=st.integers(1, 200), parts=st.integers(1, 7),
)  # fmt: skip
def test_receipts_take_together_what_the_whole_line_takes(quantity, in_all, ordered, factor, parts):
    bill = Bill(quantity, in_all, ordered, ordered * factor)
    cuts = [bill.base * no / parts for no in range(parts + 1)]
    taken = [bill.between(before, after) for before, after in itertools.pairwise(cuts)]
    assert sum(taken, Decimal(0)) == bill.whole
    assert all(part >= 0 for part in taken)

"""Random requests, orders, receipts and withdrawals: no document leads around a stop, and nothing stays behind.

The test keeps its own books: what each order still owes and what came of it, computed from quantities and prices only.
"""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from decimal import Decimal

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from procurement.orders import services as orders
from procurement.orders.models import PurchaseOrder
from procurement.receipts import services as receipts
from procurement.receipts.models import GoodsReceipt
from procurement.requests.models import RequestLine
from procurement.requests.services import Entry, allocate
from srm.budget import selectors, services
from srm.budget.models import BudgetEntry
from srm.core import clock
from srm.core.actor import SYSTEM
from srm.core.errors import InvalidInput, RuleBroken
from srm.core.money import cents
from srm.flow.perform import perform
from srm.flow.uow import unit_of_work
from srm.people.models import CostCenter
from tests.budget.conftest import buckets, read, set_policy
from tests.requests.conftest import approved, in_days, line_of

LIMIT = Decimal(1000)
NUMBERS = itertools.count()
ZERO = Decimal(0)
QUANTITIES = st.sampled_from([Decimal(n) for n in (1, 3, 7, 30, 90, 300)])
PRICES = st.sampled_from([None, *map(Decimal, ("0.01", "0.333333", "1", "2.47", "9.999999"))])
SHARES = st.sampled_from([Decimal(n) for n in ("0.2", "0.35", "0.5", "1", "1.04")])
PICKS = st.integers(0, 50)


def rows(model):
    return model.objects.unscoped("test").order_by("pk")


class Documents(RuleBasedStateMachine):
    """One cost centre that stops at 1000, and whatever people do with their documents."""

    firm = None

    @initialize()
    def begin(self):
        code = f"D{next(NUMBERS)}"
        self.center = CostCenter.objects.create(code=code, name_en=code, department=self.firm.assembly)
        set_policy(self.center, "stop")
        self.firm.bolt.reference_price = None  # so that some needs have no price at all
        self.firm.bolt.save(update_fields=["reference_price"])
        self.budgets = []
        for year in sorted({clock.today().year, in_days(20).year}):
            with unit_of_work():
                self.budgets.append(
                    services.create_line(actor=SYSTEM, cost_center=self.center, year=year, amount=LIMIT)
                )
        self.owed, self.came = {}, {}
        for quantity, price in ((Decimal(300), Decimal(1)), (Decimal(90), Decimal("2.47")), (Decimal(30), None)):
            self.ask(quantity, price)
        for number in (0, 1, 2):  # so that the other acts find something from the start
            self.order(number, Decimal("0.5"), Decimal("1.1"), go=True)

    def sums(self):
        return [sum(bucket) for bucket in zip(*(buckets(line) for line in self.budgets), strict=True)]

    def lines(self, **where):
        return list(rows(RequestLine).filter(cost_center=self.center, **where))

    def orders(self, *states):
        found = rows(PurchaseOrder).filter(note=self.center.code, state__in=states)
        return list(found)

    @contextmanager
    def tried(self):
        """An act that may be refused; a refusal leaves the money where it was."""
        before = self.sums()
        try:
            with unit_of_work():
                yield
        except (RuleBroken, InvalidInput):
            assert self.sums() == before

    def pick(self, found, number):
        return found[number % len(found)] if found else None

    @rule(quantity=QUANTITIES, price=PRICES)
    def ask(self, quantity, price):
        before = self.sums()
        line = line_of(self.firm, quantity=str(quantity), estimate=price, cost_center=self.center)
        try:
            approved(self.firm, line)
        except RuleBroken:
            assert self.sums() == before

    @precondition(lambda self: self.lines(open_quantity__gt=0))
    @rule(number=PICKS, part=SHARES, price=PRICES.filter(bool), go=st.booleans())
    def order(self, number, part, price, go):
        line = self.pick(self.lines(open_quantity__gt=0), number)
        quantity = max((line.open_quantity * min(part, Decimal(1))).quantize(Decimal(1)), Decimal(1))
        with self.tried():
            order = orders.create_order(
                actor=self.firm.actor("buyer"), legal_entity=self.firm.entity, supplier=self.firm.alfa,
                place=self.firm.plovdiv, note=self.center.code,
                lines=[{"item": self.firm.bolt, "quantity": quantity, "unit": self.firm.unit("C62"), "price": price}],
            )  # fmt: skip
            entry = Entry(line.pk, "ordered", order.lines.get().base_quantity, order, order.lines.get().pk)
            allocate(actor=SYSTEM, entries=[entry])
            order = perform(order, "approve", actor=self.firm.actor("head"))
            if go:
                self.dispatch(order)

    @rule(quantity=QUANTITIES, price=PRICES.filter(bool))
    def order_for_stock(self, quantity, price):
        with self.tried():
            order = orders.create_order(
                actor=self.firm.actor("buyer"), legal_entity=self.firm.entity, supplier=self.firm.alfa,
                place=self.firm.plovdiv, note=self.center.code, cost_center=self.center,
                lines=[{"item": self.firm.bolt, "quantity": quantity, "unit": self.firm.unit("C62"), "price": price}],
            )  # fmt: skip
            self.dispatch(perform(order, "approve", actor=self.firm.actor("head")))

    @precondition(lambda self: self.orders("approved"))
    @rule(number=PICKS)
    def send(self, number):
        order = self.pick(self.orders("approved"), number)
        with self.tried():
            self.dispatch(order)

    def dispatch(self, order):
        perform(order, "send", actor=self.firm.actor("buyer"))
        self.owed[order.pk], self.came[order.pk] = order.lines.get().base_net, ZERO

    @precondition(lambda self: self.orders("sent"))
    @rule(number=PICKS, part=SHARES)
    def receive(self, number, part):
        order = self.pick(self.orders("sent"), number)
        line = order.lines.get()
        quantity = max((line.base_quantity * part).quantize(Decimal("0.01")), Decimal("0.01"))
        with self.tried():
            receipt = receipts.create_receipt(
                actor=self.firm.actor("storekeeper"), order=order, received_on=clock.today(),
                warehouse=self.firm.warehouse, lines=[{"order_line": line, "quantity": str(quantity), "rejected": 0}],
            )  # fmt: skip
            perform(receipt, "post", actor=self.firm.actor("storekeeper"))
            self.count(order)

    @precondition(lambda self: self.posted())
    @rule(number=PICKS)
    def reverse(self, number):
        receipt = self.pick(self.posted(), number)
        with self.tried():
            perform(receipt, "reverse", actor=self.firm.actor("storekeeper"), reason="wrong order")
            self.count(receipt.order)

    def posted(self):
        return list(rows(GoodsReceipt).filter(order__note=self.center.code, state="posted", order__state="sent"))

    def count(self, order):
        """What the order owes and what came of it, from its quantities."""
        line = order.lines.get()
        came = cents(line.base_net * line.received_quantity / line.base_quantity)
        self.came[order.pk], self.owed[order.pk] = came, max(line.base_net - came, ZERO)
        if rows(PurchaseOrder).get(pk=order.pk).state == "closed":
            self.owed[order.pk] = ZERO

    @precondition(lambda self: self.orders("approved", "sent"))
    @rule(number=PICKS, move=st.sampled_from(["cancel", "close"]))
    def end_an_order(self, number, move):
        order = self.pick(self.orders("approved", "sent"), number)
        with self.tried():
            perform(order, move, actor=self.firm.actor("buyer"), reason="not needed")
            self.owed[order.pk] = ZERO

    @precondition(lambda self: len(self.lines(state="approved")) > 2)
    @rule(number=PICKS, move=st.sampled_from(["cancel", "close_short"]))
    def withdraw(self, number, move):
        line = self.pick(self.lines(state="approved"), number)
        with self.tried():
            perform(line, move, actor=self.firm.actor("buyer"), reason="not needed")

    @invariant()
    def nothing_goes_beyond_and_the_books_agree(self):
        if not hasattr(self, "owed"):
            return
        for line in map(read, self.budgets):
            assert line.left == line.amount - line.reserved - line.committed - line.spent >= 0
        _reserved, committed, spent = self.sums()
        assert committed == sum(self.owed.values(), ZERO)
        assert abs(spent - sum(self.came.values(), ZERO)) <= Decimal("0.01") * len(self.came)

    @invariant()
    def nothing_stays_reserved_for_what_is_done(self):
        if not hasattr(self, "owed"):
            return
        for line in self.lines(open_quantity=0, coming_quantity=0):
            held = selectors.held(selectors.Q(request_line_id=line.public_id, bucket="reserved"))
            assert held == 0, (line.state, held)


@pytest.mark.slow
@pytest.mark.deep
def test_no_document_leads_around_a_stop_and_nothing_stays_behind(firm):
    machine = type("Documents", (Documents,), {"firm": firm})
    few = settings(max_examples=12, stateful_step_count=12) if settings().max_examples <= 100 else settings()
    run_state_machine_as_test(machine, settings=few)
    assert selectors.disagreements() == []
    spent = BudgetEntry.objects.unscoped("test").filter(bucket="spent")
    assert spent.exists()

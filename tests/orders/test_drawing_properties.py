"""Whatever is ordered, changed, cancelled or closed in whatever order: an agreement gives what it holds, and no more."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from procurement.orders import services
from procurement.orders.models import OrderState, PurchaseOrder
from procurement.receipts import services as receipts
from srm.catalog.models import Item
from srm.core import clock
from srm.core.errors import RuleBroken
from srm.flow.perform import perform
from srm.flow.uow import unit_of_work
from suppliers.items.drawing import NOTHING, drawn_of
from tests.requests.conftest import in_days
from tests.shop.test_shop import sell

D = Decimal
HOLDS, PRICE = D(500), D("0.05")
QUANTITIES = st.integers(1, 300).map(D) | st.sampled_from([HOLDS, HOLDS + 1])
WHICH = st.integers(0, 5)
NUMBERS = itertools.count(1)
BOUND = (OrderState.APPROVED, OrderState.SENT, OrderState.CLOSED)


class Agreement(RuleBasedStateMachine):
    """500 pieces of one article at 0.05 in all; and a clerk who keeps [order, state, what it draws, whether at that price]."""

    firm = None

    @initialize()
    def begin(self):
        no = next(NUMBERS)
        bolt = self.firm.bolt
        self.item = Item.objects.create(
            article=f"D-{no}", name_en=f"Bolt {no}", category=bolt.category, base_unit=bolt.base_unit, state="active"
        )
        self.article = sell(self.firm, self.firm.alfa, self.item, {"price": PRICE, "total_quantity": HOLDS})
        self.book: list[list] = []
        self.write(D(200), True)

    def who(self, name):
        return self.firm.actor(name)

    def some(self, which, *states):
        rows = [row for row in self.book if row[1] in states]
        return rows[which % len(rows)] if rows else None

    def line(self, quantity, agreed):
        return {
            "item": self.item, "quantity": quantity, "unit": self.item.base_unit,
            "price": PRICE if agreed else D("0.07"), "need_by": in_days(20),
        }  # fmt: skip

    def do(self, row, move, by="buyer", **details):
        with unit_of_work():
            row[0] = perform(PurchaseOrder.rows.get(pk=row[0].pk), move, actor=self.who(by), **details)

    @rule(quantity=QUANTITIES, agreed=st.booleans())
    def write(self, quantity, agreed):
        with unit_of_work():
            order = services.create_order(
                actor=self.who("buyer"), legal_entity=self.firm.entity, supplier=self.firm.alfa,
                place=self.firm.plovdiv, lines=[self.line(quantity, agreed)],
            )  # fmt: skip
        self.book.append([order, OrderState.DRAFT, quantity, agreed])

    @rule(which=WHICH, quantity=QUANTITIES, agreed=st.booleans())
    def change(self, which, quantity, agreed):
        if row := self.some(which, OrderState.DRAFT):
            order = PurchaseOrder.rows.get(pk=row[0].pk)
            with unit_of_work():
                services.update_order(order, actor=self.who("buyer"), lines=[self.line(quantity, agreed)])
            row[2:] = [quantity, agreed]

    @rule(which=WHICH)
    def approve(self, which):
        if row := self.some(which, OrderState.DRAFT):
            fits = not row[3] or self.sum(*BOUND) + row[2] <= HOLDS
            try:
                self.do(row, "approve", by="head")
            except RuleBroken:
                assert not fits, "refused although the agreement holds so much"
            else:
                assert fits, "more was approved than the agreement holds"
                row[1] = OrderState.APPROVED

    @rule(which=WHICH)
    def send(self, which):
        if row := self.some(which, OrderState.APPROVED):
            self.do(row, "send")
            row[1] = OrderState.SENT

    @rule(which=WHICH)
    def cancel(self, which):
        if row := self.some(which, OrderState.DRAFT, OrderState.APPROVED, OrderState.SENT):
            self.do(row, "cancel", reason="not needed")
            self.book.remove(row)

    @rule(which=WHICH, part=st.integers(0, 100))
    def close_short(self, which, part):
        """Some of it comes, and no more: only what came was drawn."""
        if row := self.some(which, OrderState.SENT):
            came = min(D(part), row[2] - 1)
            if came:
                self.receive(row[0], came)
            self.do(row, "close", reason="no more comes")
            row[1:3] = [OrderState.CLOSED, came]

    def receive(self, order, quantity):
        with unit_of_work():
            receipt = receipts.create_receipt(
                actor=self.who("storekeeper"), order=order, received_on=clock.today(), warehouse=self.firm.warehouse,
                lines=[{"order_line": order.lines.get(), "quantity": str(quantity), "rejected": 0}],
            )  # fmt: skip
            perform(receipt, "post", actor=self.who("storekeeper"))

    def sum(self, *states):
        return sum((row[2] for row in self.book if row[3] and row[1] in states), D(0))

    @invariant()
    def the_books_agree(self):
        if hasattr(self, "article"):
            drawn = drawn_of([self.article.pk]).get((self.article.pk, "F-12", "EUR"), NOTHING)
            assert drawn.quantity == self.sum(OrderState.DRAFT, *BOUND)
            assert drawn.amount == drawn.quantity * PRICE
            assert self.sum(*BOUND) <= HOLDS


@pytest.mark.deep
@pytest.mark.django_db
def test_an_agreement_gives_what_it_holds(firm):
    Agreement.firm = firm
    run_state_machine_as_test(Agreement, settings=settings(max_examples=max(3, settings().max_examples // 30)))

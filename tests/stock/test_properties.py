"""Whatever happens in whatever order: levels are the sums of their moves, never below zero, promises always covered."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
from decimal import Decimal

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from srm.catalog.models import Item
from srm.core.actor import SYSTEM
from srm.core.errors import RuleBroken
from srm.flow.uow import unit_of_work
from srm.stock import moving, placing, selectors, services
from srm.stock.models import LocationLevel, StockLevel

QUANTITIES = st.decimals("0.0001", "50", places=4)
TODAY = dt.date(2026, 5, 4)
NUMBERS = itertools.count()
ZERO = Decimal(0)


class Stock(RuleBasedStateMachine):
    """One item in one warehouse, and a simple-minded account of it."""

    firm = None

    @initialize()
    def begin(self):
        article = f"S-{next(NUMBERS)}"
        self.item = Item.objects.create(
            article=article, name_en=article, category=self.firm.tools, base_unit=self.firm.unit("KGM"), state="active"
        )
        self.there, self.promised = ZERO, ZERO
        self.racks = [None]
        for code in ("A", "B"):
            with unit_of_work():
                self.racks.append(
                    placing.create_location(actor=SYSTEM, warehouse=self.firm.warehouse, code=f"{article}-{code}")
                )

    def try_to(self, name, fits, **values):
        """The answer of a service, or None where it refuses; it refuses exactly where it does not fit."""
        try:
            with unit_of_work():
                answer = getattr(services, name)(actor=SYSTEM, warehouse=self.firm.warehouse, item=self.item, **values)
        except RuleBroken:
            assert not fits
            return None
        assert fits
        return answer

    @rule(quantity=QUANTITIES, price=st.decimals("0", "9", places=2))
    def receive(self, quantity, price):
        value = (quantity * price).quantize(Decimal("0.01"))
        self.try_to("receive", True, quantity=quantity, value=value, moved_on=TODAY)
        self.there += quantity

    @rule(quantity=QUANTITIES, source=st.integers(0, 2), goal=st.integers(0, 2))
    def carry(self, quantity, source, goal):
        """From one place to another: what lies there in all stays as it is, done or refused."""
        with contextlib.suppress(RuleBroken), unit_of_work():
            moving.transfer(
                actor=SYSTEM, item=self.item, quantity=quantity, warehouse=self.firm.warehouse, moved_on=TODAY,
                to_warehouse=self.firm.warehouse, location=self.racks[source], to_location=self.racks[goal],
            )  # fmt: skip

    @rule(quantity=QUANTITIES, name=st.sampled_from(["issue", "transfer_out", "send_back"]))
    def take(self, quantity, name):
        if self.try_to(name, quantity <= self.there - self.promised, quantity=quantity, moved_on=TODAY):
            self.there -= quantity

    @rule(quantity=QUANTITIES, part=st.decimals("0", "1", places=2))
    def issue_promised(self, quantity, part):
        promised = (quantity * part).quantize(Decimal("0.0001"))
        fits = promised <= self.promised and quantity - promised <= self.there - self.promised
        if self.try_to("issue", fits, quantity=quantity, from_reserved=promised, moved_on=TODAY):
            self.there -= quantity
            self.promised -= promised

    @rule(quantity=QUANTITIES)
    def reserve(self, quantity):
        with unit_of_work():
            promised = services.reserve(actor=SYSTEM, item=self.item, place=self.firm.plovdiv, quantity=quantity)
        got = sum((part for _warehouse, part in promised), ZERO)
        assert got == min(quantity, self.there - self.promised)
        self.promised += got

    @rule(quantity=QUANTITIES)
    def release(self, quantity):
        fits = quantity <= self.promised
        self.try_to("release", fits, quantity=quantity)
        self.promised -= quantity if fits else ZERO

    @rule(counted=st.decimals("0", "60", places=4))
    def count(self, counted):
        fits = counted >= self.promised or counted == self.there
        self.try_to("count", fits, counted=counted, moved_on=TODAY, reason="Yearly count")
        self.there = counted if fits else self.there

    @invariant()
    def the_level_is_what_everybody_did(self):
        if not hasattr(self, "item"):
            return
        level = StockLevel.objects.unscoped("test").filter(item=self.item).first() or StockLevel()
        assert (level.on_hand, level.reserved) == (self.there, self.promised)
        assert 0 <= level.reserved <= level.on_hand
        assert level.value >= 0
        assert level.on_hand or not level.value
        placed = LocationLevel.objects.unscoped("test").filter(item=self.item)
        assert sum((row.on_hand for row in placed), ZERO) <= self.there
        assert selectors.free_quantity(self.item, self.firm.plovdiv) == self.there - self.promised


@pytest.mark.slow
@pytest.mark.deep
def test_levels_are_the_sums_of_their_moves_and_promises_are_covered(firm):
    machine = type("Stock", (Stock,), {"firm": firm})
    few = settings(max_examples=25) if settings().max_examples <= 100 else settings()
    run_state_machine_as_test(machine, settings=few)
    assert selectors.disagreements() == []

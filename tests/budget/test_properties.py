"""Whatever happens in whatever order: the buckets are the sums of their entries, and no way leads around a stop."""

from __future__ import annotations

import itertools
from collections import defaultdict
from contextlib import contextmanager
from decimal import Decimal

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from srm.budget import selectors, services
from srm.budget.accounts import Account
from srm.budget.models import BudgetLine
from srm.core.actor import SYSTEM
from srm.core.errors import RuleBroken
from srm.flow.uow import unit_of_work
from srm.people.models import CostCenter
from tests.budget.conftest import DAY, YEAR, buckets, read, set_policy

# Against a budget of 100: many small steps, now and then one to the edge or over it.
AMOUNTS = st.decimals("0.01", "45", places=2) | st.sampled_from([Decimal("99.99"), Decimal(100), Decimal("100.01")])
LINES = st.sampled_from(["L1", "L2", "L3"])
NUMBERS = itertools.count()
ZERO = Decimal(0)


class Budget(RuleBasedStateMachine):
    """One budget of 100, three request lines, and a simple-minded account of who holds what."""

    firm = None

    @initialize(policy=st.sampled_from(["stop", "stop", "warn"]))
    def begin(self, policy):
        code = f"C{next(NUMBERS)}"
        self.center = CostCenter.objects.create(code=code, name_en=code, department=self.firm.assembly)
        set_policy(self.center, policy)
        self.account = Account(self.center, self.firm.fasteners, DAY)
        self.held = defaultdict(lambda: dict.fromkeys(selectors.BUCKETS, ZERO))
        with unit_of_work():
            self.line = services.create_line(actor=SYSTEM, cost_center=self.center, year=YEAR, amount=Decimal(100))
        for line in ("L1", "L2"):  # so that the other bookings find something from the start
            self.reserve(line, Decimal(30))

    @contextmanager
    def booking(self, grows):
        """Runs a booking that makes the total grow by `grows`, and expects the refusal where the budget stops."""
        before = read(self.line)
        refused = before.stops and grows > 0 and before.used + grows > before.amount
        try:
            with unit_of_work():
                yield
        except RuleBroken:
            assert refused, "refused although there is room"
            assert buckets(self.line) == (before.reserved, before.committed, before.spent)
            raise
        assert not refused, "a way around the stop"

    def name(self, line):
        return f"{self.line.pk}-{line}"

    def call(self, name, line, grows, **values):
        try:
            with self.booking(grows):
                return getattr(services, name)(actor=SYSTEM, request_line_id=self.name(line), document=None, **values)
        except RuleBroken:
            return None

    @rule(line=LINES, amount=AMOUNTS)
    def reserve(self, line, amount):
        if self.call("reserve", line, amount, amount=amount, account=self.account) is not None:
            self.held[line]["reserved"] += amount

    @rule(line=LINES, amount=AMOUNTS, grow=st.booleans())
    def hold(self, line, amount, grow):
        mine = self.held[line]
        more = max(amount - mine["reserved"], ZERO) if grow else ZERO
        if self.call("hold", line, more, amount=amount, account=self.account, grow=grow) is not None:
            mine["reserved"] = amount if grow else min(amount, mine["reserved"])

    @rule(
        step=st.sampled_from([("commit", "reserved", "committed"), ("spend", "committed", "spent")]),
        line=LINES,
        amount=AMOUNTS,
    )
    def advance(self, step, line, amount):
        name, source, target = step
        mine = self.held[line]
        beyond = max(amount - mine[source], ZERO)
        if self.call(name, line, beyond, amount=amount, account=self.account) is not None:
            mine[source] -= min(amount, mine[source])
            mine[target] += amount

    @rule(
        step=st.sampled_from([("uncommit", "committed", "reserved"), ("unspend", "spent", "committed")]),
        line=LINES,
        amount=AMOUNTS,
    )
    def step_back(self, step, line, amount):
        name, source, target = step
        part = min(self.held[line][source], amount)
        assert self.call(name, line, ZERO, amount=amount) == part
        self.held[line][source] -= part
        self.held[line][target] += part

    @rule(line=LINES, bucket=st.sampled_from(selectors.BUCKETS), amount=st.none() | AMOUNTS)
    def release(self, line, bucket, amount):
        part = self.held[line][bucket] if amount is None else min(self.held[line][bucket], amount)
        assert self.call("release", line, ZERO, bucket=bucket, amount=amount) == part
        self.held[line][bucket] -= part

    @rule(
        change=st.one_of(
            st.builds(lambda amount: {"amount": amount}, st.decimals("0", "200", places=2)),
            st.sampled_from(["stop", "warn"]),
        )
    )
    def change_the_budget(self, change):
        if isinstance(change, str):
            set_policy(self.center, change)
            return
        with unit_of_work():
            services.update_line(self.line, actor=SYSTEM, **change)

    @invariant()
    def the_buckets_are_what_everybody_holds(self):
        if not hasattr(self, "line"):
            return
        expected = tuple(sum((mine[bucket] for mine in self.held.values()), ZERO) for bucket in selectors.BUCKETS)
        assert buckets(self.line) == expected
        assert min(expected) >= 0
        entries = {bucket: selectors.held(selectors.Q(line=self.line, bucket=bucket)) for bucket in selectors.BUCKETS}
        assert tuple(entries.values()) == expected


@pytest.mark.slow
@pytest.mark.deep
def test_buckets_are_the_sums_of_their_entries_and_no_way_leads_around_a_stop(firm):
    machine = type("Budget", (Budget,), {"firm": firm})
    few = settings(max_examples=25) if settings().max_examples <= 100 else settings()
    run_state_machine_as_test(machine, settings=few)
    assert selectors.disagreements() == []
    assert BudgetLine.objects.unscoped("test").count() > 1

"""Whatever people do in whatever order, no quantity is lost or doubled on its way from the request to the receipt.

A machine plays all of them with the real services: departments ask, the approver decides, buyers merge, buy for
stock, net needs against stock and open orders, release, tender, award, cut and cancel, requesters cancel what is planned, the supplier confirms, the storekeeper receives, reverses and hands out. After each
step everything must add up in base units (`tests.allocations`), as told again without the ledger's own SQL.
"""

from __future__ import annotations

import contextlib
from decimal import Decimal
from unittest import mock

import pytest
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as play

from procurement.awards.models import Award, AwardLine
from procurement.bids.models import Bid, BidLine
from procurement.handouts import services as handouts
from procurement.handouts.models import Promise
from procurement.orders import services as orders
from procurement.orders.models import PurchaseOrder
from procurement.planning import letting_go, splitting
from procurement.planning import services as planning
from procurement.planning.models import DemandLine
from procurement.receipts import services as receipts
from procurement.receipts.models import GoodsReceipt
from procurement.requests import holding, ledger, selectors
from procurement.requests import services as requests
from procurement.requests.models import Allocation, PurchaseRequest, RequestLine
from procurement.tenders import services as tenders
from procurement.tenders.models import Tender
from srm.approvals import services as approvals
from srm.core import clock
from srm.core.errors import DomainError
from srm.flow.perform import perform
from srm.flow.uow import unit_of_work
from srm.home.verify import checks
from srm.people.sharing import ShareRule
from srm.stock import services as stock
from tests import allocations
from tests.requests.conftest import in_days

WHY = "test"
PIECES = st.integers(1, 120).map(Decimal) | st.decimals("0.0001", "90", places=4)
# Which of several, and how much of it: read against what there is when the step comes.
PICK = st.integers(0, 5)
SHARE = st.sampled_from([1, 1, 3, 10]).flatmap(lambda n: st.integers(1, n).map(lambda k: Decimal(k) / n))
NEED = st.tuples(st.sampled_from(["bolt", "bolt", "nut"]), PIECES, st.sampled_from([3, 5, 12, 40]), st.booleans())
WORDS = "as the story goes"


def when(model, **which):
    """A step that needs something like this to exist: steps in vain would make the stories short."""
    return precondition(lambda _machine: model.objects.unscoped(WHY).filter(**which).exists())


OPEN_NEED = {"state": "approved", "open_quantity__gt": 0}
ALIVE = {"state__in": ["submitted", "approved", "closed"]}
DRAFT, ORDERED = {"state": "draft"}, {"state__in": ["sent", "confirmed"]}


class Buying(RuleBasedStateMachine):
    """The firm's purchasing department in one database, rolled back after each story."""

    firm = None
    actors: dict = {}

    def __init__(self):
        super().__init__()
        self.savepoint = transaction.savepoint()

    def teardown(self):
        try:
            faults = [(name, found) for name, found in checks() if found and name != "append-only triggers"]
            assert faults == []
        finally:
            transaction.savepoint_rollback(self.savepoint)

    def who(self, name):
        if name not in self.actors:
            self.actors[name] = self.firm.actor(name)
        return self.actors[name]

    @staticmethod
    def of(model, **which):
        return list(model.objects.unscoped(WHY).filter(**which).order_by("pk"))

    def pick(self, rows, number):
        return rows[number % len(rows)] if rows else None

    @staticmethod
    def part(quantity, share):
        """A share of a quantity in whole fourth decimals, at least one of them."""
        return max((quantity * share).quantize(Decimal("0.0001")), min(quantity, Decimal("0.0001")))

    # -- departments ---------------------------------------------------------

    @initialize(
        lying=st.sampled_from(["0.5", "60", "250.25"]), needs=st.lists(NEED, min_size=2, max_size=4),
        far=st.integers(0, 4),
    )  # fmt: skip
    def begin(self, lying, needs, far):
        """A first request that already went as `far` as a sent order."""
        with unit_of_work():
            stock.receive(
                actor=self.who("storekeeper"), warehouse=self.firm.warehouse, item=self.firm.bolt,
                quantity=Decimal(lying), moved_on=clock.today(), value=Decimal(1),
            )  # fmt: skip
        self.ask(needs)
        whole = Decimal(1)
        steps = [
            lambda: self.merge(366),
            lambda: self.tender(0, whole),
            lambda: self.award(0, whole, True),
            lambda: self.send(0),
        ]
        for step in steps[:far]:
            step()

    @rule(needs=st.lists(NEED, min_size=1, max_size=3), decided=st.booleans())
    def ask(self, needs, decided=True):
        lines = []
        for name, quantity, days, packed in needs:
            item = getattr(self.firm, name)
            packed = packed and name == "bolt"
            lines.append({
                "item": item, "quantity": quantity, "need_by": in_days(days),
                "unit": self.firm.unit("BX") if packed else item.base_unit,
            })  # fmt: skip
        with unit_of_work():
            request = requests.create_request(
                actor=self.who("requester"), title="Story", department=self.firm.assembly, lines=lines,
                place=self.firm.plovdiv, cost_center=self.firm.cc_assembly,
            )  # fmt: skip
            perform(request, "submit", actor=self.who("requester"))
        if decided:
            self.approve(-1)

    @when(RequestLine, state="submitted")
    @rule(number=PICK)
    def approve(self, number):
        waiting = self.of(PurchaseRequest, lines__state="submitted")
        if request := self.pick(waiting, number):
            with unit_of_work():
                approvals.decide(request, actor=self.who("approver"), outcome="approved")

    @rule(number=PICK)
    def withdraw(self, number):
        lines = [line for line in self.of(RequestLine, state="approved") if line.open_quantity > 0]
        lines += self.of(RequestLine, state="submitted")
        if line := self.pick(lines, number):
            with unit_of_work():
                requests.cancel_part(line.request, actor=self.who("buyer"), lines=[line], reason=WORDS)

    @when(RequestLine, **ALIVE)
    @rule(number=PICK, share=SHARE, by=st.sampled_from(["requester", "buyer"]))
    def cancel_planned(self, number, share, by):
        """What nobody tenders or orders is not needed any more: of what is open first, then of what is planned."""
        tracks = [track for track in selectors.tracks_of(self.of(RequestLine, **ALIVE)) if track.cancellable]
        if track := self.pick(tracks, number):
            line, base = track.line, self.part(track.cancellable, share)
            part = (line.quantity * base / line.base_quantity).quantize(Decimal("0.0001"), "ROUND_DOWN")
            # Less than the unit of the line can say is refused like any other nonsense.
            with contextlib.nullcontext() if part else pytest.raises(DomainError), unit_of_work():
                requests.cancel_quantity(line.request, actor=self.who(by), line=line, quantity=part, reason=WORDS)

    # -- buyers --------------------------------------------------------------

    @when(RequestLine, **OPEN_NEED)
    @rule(number=PICK)
    def hold_or_let_go(self, number):
        line = self.pick(self.of(RequestLine, **OPEN_NEED), number)
        with unit_of_work():
            if line.held_reason:
                holding.let_plan(actor=self.who("buyer"), lines=[line.pk])
            else:
                holding.hold(actor=self.who("buyer"), lines=[line.pk], reason=WORDS)

    @when(RequestLine, held_reason="", **OPEN_NEED)
    @rule(window=st.sampled_from([0, 7, 366, "week", "month"]))
    def merge(self, window):
        how = {"window_days": window} if isinstance(window, int) else {"window": window}
        with unit_of_work():
            planning.aggregate(actor=self.who("buyer"), legal_entity=self.firm.entity, **how)

    @rule(name=st.sampled_from(["bolt", "nut"]), quantity=PIECES, days=st.sampled_from([2, 9, 30]))
    def buy_for_stock(self, name, quantity, days):
        """An order that no need stands behind yet."""
        item = getattr(self.firm, name)
        line = {
            "item": item, "quantity": quantity, "unit": item.base_unit, "price": Decimal("0.05"), "need_by": in_days(days),
        }  # fmt: skip
        with unit_of_work():
            order = orders.create_order(
                actor=self.who("buyer"), legal_entity=self.firm.entity, supplier=self.firm.beta, lines=[line],
                place=self.firm.plovdiv,
            )  # fmt: skip
            perform(perform(order, "approve", actor=self.who("head")), "send", actor=self.who("buyer"))

    @when(RequestLine, **OPEN_NEED)
    @rule()
    def net(self):
        with unit_of_work():
            planning.cover(actor=self.who("buyer"), legal_entity=self.firm.entity)

    @when(Promise)
    @rule(number=PICK, share=SHARE, back=st.booleans())
    def hand_out(self, number, share, back):
        """Some of what waits in the store is handed out; now and then some is brought back."""
        promise = self.pick(self.of(Promise), number)
        quantity = self.part(promise.handed_out if back else promise.rest, share)
        if quantity:
            with unit_of_work():
                if back:
                    handouts.put_back(promise, actor=self.who("storekeeper"), quantity=quantity, reason=WORDS)
                else:
                    handouts.hand_out(promise, actor=self.who("storekeeper"), quantity=quantity)

    @when(Promise)
    @rule(number=PICK, share=SHARE)
    def let_go(self, number, share):
        promise = self.pick([promise for promise in self.of(Promise) if promise.rest], number)
        if promise:
            with unit_of_work():
                quantity = self.part(promise.rest, share)
                handouts.let_go(promise, actor=self.who("storekeeper"), quantity=quantity, reason=WORDS)

    @when(DemandLine, open_quantity__gt=0)
    @rule(number=PICK)
    def release(self, number):
        if line := self.pick(self.of(DemandLine, open_quantity__gt=0), number):
            with unit_of_work():
                planning.release(actor=self.who("buyer"), demand_lines=[line], reason=WORDS)

    @when(DemandLine, open_quantity__gt=0)
    @rule(number=PICK, share=SHARE)
    def split(self, number, share):
        line = self.pick(self.of(DemandLine, open_quantity__gt=0), number)
        part = self.part(line.open_quantity, share)
        if part < line.quantity:
            with unit_of_work():
                splitting.split(actor=self.who("buyer"), demand_line=line, quantity=part)

    @when(DemandLine, open_quantity__gt=0)
    @rule(number=PICK)
    def join(self, number):
        line = self.pick(self.of(DemandLine, open_quantity__gt=0), number)
        same = self.of(DemandLine, demand=line.demand, item=line.item, unit=line.unit, place=line.place)
        if any(one.open_quantity for one in same[1:]):
            with unit_of_work():
                splitting.join(actor=self.who("buyer"), demand_lines=same)

    @when(DemandLine, open_quantity__gt=0)
    @rule(number=PICK, share=SHARE)
    def tender(self, number, share):
        lines = self.of(DemandLine, open_quantity__gt=0)
        entries = [(line, self.part(line.open_quantity, share)) for line in lines[number % 2 :]] or None
        if entries:
            with unit_of_work():
                tenders.create_from_demand(actor=self.who("buyer"), demand_lines=entries)

    @when(Tender, **DRAFT)
    @rule(number=PICK)
    def cancel_tender(self, number):
        if tender := self.pick(self.of(Tender, **DRAFT), number):
            with unit_of_work():
                perform(tender, "cancel", actor=self.who("head"), reason=WORDS)

    @when(Tender, **DRAFT)
    @rule(number=PICK, share=SHARE, all_lines=st.booleans())
    def award(self, number, share, all_lines):
        """Offers and proposal are facts here: how they come about is told elsewhere, and takes longer."""
        tender = self.pick(self.of(Tender, state="draft"), number)
        if tender is None:
            return
        with unit_of_work():
            Tender.objects.unscoped(WHY).filter(pk=tender.pk).update(state="awarding")
            award = Award.objects.unscoped(WHY).create(
                tender=tender,
                legal_entity=tender.legal_entity,
                created_by=self.firm.users.buyer,
                number=f"AW-{tender.pk}",
            )
            lines = list(tender.all_lines())
            for no, line in enumerate(lines if all_lines else lines[:1]):
                self.offer(award, line, self.firm.alfa if no % 2 else self.firm.beta, self.part(line.quantity, share))
            perform(award, "approve", actor=self.who("head"))

    @staticmethod
    def offer(award, line, supplier, quantity):
        bid, _made = Bid.objects.unscoped(WHY).get_or_create(
            tender=award.tender, supplier=supplier, defaults={"state": "opened", "currency": "EUR"}
        )
        values = {"lot_line": line, "quantity": quantity, "net": Decimal(5), "landed": Decimal(5)}
        offered = BidLine.objects.unscoped(WHY).create(bid=bid, price=Decimal("0.05"), **values)
        AwardLine.objects.unscoped(WHY).create(award=award, bid_line=offered, supplier=supplier, **values)

    @when(PurchaseOrder, state="approved")
    @rule(number=PICK)
    def send(self, number):
        if order := self.pick(self.of(PurchaseOrder, state="approved"), number):
            with unit_of_work():
                perform(order, "send", actor=self.who("buyer"))

    @when(PurchaseOrder, state="approved")
    @rule(number=PICK, chosen=st.sampled_from(ShareRule.values))
    def choose_how_to_share(self, number, chosen):
        order = self.pick(self.of(PurchaseOrder, state="approved"), number)
        PurchaseOrder.objects.unscoped(WHY).filter(pk=order.pk).update(share_rule=chosen)

    @when(PurchaseOrder, state__in=["approved", "sent", "confirmed"])
    @rule(number=PICK)
    def cancel_order(self, number):
        orders = self.of(PurchaseOrder, state__in=["approved", "sent", "confirmed"])
        orders = [order for order in orders if not order.lines.filter(received_quantity__gt=0).exists()]
        if order := self.pick(orders, number):
            with unit_of_work():
                perform(order, "cancel", actor=self.who("head"), reason=WORDS)

    @when(PurchaseOrder, **ORDERED)
    @rule(number=PICK)
    def cut_order(self, number):
        if order := self.pick(self.of(PurchaseOrder, state__in=["sent", "confirmed"]), number):
            with unit_of_work():
                perform(order, "close", actor=self.who("buyer"), reason=WORDS)

    # -- supplier and storekeeper ---------------------------------------------

    @when(PurchaseOrder, state="sent")
    @rule(number=PICK, share=SHARE)
    def confirm(self, number, share):
        order = self.pick(self.of(PurchaseOrder, state="sent"), number)
        if order is None:
            return
        supplier = "alfa_admin" if order.supplier_id == self.firm.alfa.pk else "beta_admin"
        answers = [{"line": line.public_id, "quantity": self.part(line.owed, share), "on": in_days(9)}
                   for line in order.lines.all()]  # fmt: skip
        with unit_of_work():
            perform(order, "confirm", actor=self.who(supplier), lines=answers)

    @when(PurchaseOrder, **ORDERED)
    @rule(number=PICK, share=SHARE, over=st.sampled_from([0, 0, 0, 1]))
    def receive(self, number, share, over):
        order = self.pick(self.of(PurchaseOrder, state__in=["sent", "confirmed"]), number)
        rows = []
        for line in order.lines.all() if order else ():
            room = line.owed * Decimal("1.05") - line.received_quantity
            asked = self.part(line.outstanding, share) if line.outstanding else Decimal(0)
            came = room.quantize(Decimal("0.0001"), "ROUND_DOWN") if over else asked
            if came > 0:
                rows.append({"order_line": line, "quantity": came, "rejected": 0})
        if rows:
            with unit_of_work():
                receipt = receipts.create_receipt(
                    actor=self.who("storekeeper"), order=order, received_on=clock.today(), lines=rows,
                    warehouse=self.firm.warehouse,
                )  # fmt: skip
                perform(receipt, "post", actor=self.who("storekeeper"))

    @when(GoodsReceipt, state="posted")
    @rule(number=PICK)
    def reverse(self, number):
        receipt = self.pick(self.of(GoodsReceipt, state="posted"), number)
        if receipt is None:
            return
        # What came may have been promised to somebody since: then it stays, and nothing changes.
        with contextlib.suppress(DomainError), unit_of_work():
            perform(receipt, "reverse", actor=self.who("storekeeper"), reason=WORDS)

    # -- always ----------------------------------------------------------------

    @invariant()
    def everything_adds_up(self):
        allocations.check()


def machine(firm):
    return type("Buying", (Buying,), {"firm": firm, "actors": {}})


def stories(examples, steps, **more):
    return settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        phases=[Phase.generate], **more,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.deep
def test_no_quantity_is_lost_or_doubled_on_its_way(firm):
    deep = settings().max_examples > 100
    play(machine(firm), settings=stories(settings().max_examples if deep else 25, 60 if deep else 20))


# ------------------------------------------------------------------------------------------------ positive controls


def one_row_too_many(carry):
    """`ledger.carry`, after which the first row it wrote is there twice."""

    def doubled(moves, **options):
        written = carry(moves, **options)
        if written:
            row = Allocation.objects.unscoped(WHY).filter(stage=options["stage"]).latest("pk")
            row.pk = None
            row.save(force_insert=True)
        return written

    return doubled


def nothing(*_args, **_options):
    """A step that somebody forgot."""
    return []


DOUBLED = mock.patch.object(ledger, "carry", one_row_too_many(ledger.carry))
BROKEN = {
    "a row too many, behind the ledger's own check": [DOUBLED, mock.patch.object(ledger, "faults", nothing)],
    "quantities kept beside the ledger are not written": [mock.patch.object(ledger, "roll_up", nothing)],
    "what a tender leaves over is not open in the demand again": [mock.patch.object(planning, "give_back", nothing)],
    "what a closed order does not bring stays ordered": [mock.patch.object(orders, "_give_up", return_value={})],
    "a cancelled need stays in its demand line": [mock.patch.object(letting_go, "_lessen", allocations.only_taken_back)],
    "a promise of the stores is not written": [mock.patch.object(stock, "_promise", nothing)],
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("fault", BROKEN)
def test_the_machine_finds_a_broken_ledger(firm, fault):
    # What was kept wrongly may forbid the next step before anybody counts: by a rule, or by the table's own check.
    found = (AssertionError, DomainError, DatabaseError) if "kept beside" in fault else AssertionError
    with contextlib.ExitStack() as patches, pytest.raises(found):
        for patch in BROKEN[fault]:
            patches.enter_context(patch)
        play(machine(firm), settings=stories(60, 20, derandomize=True, report_multiple_bugs=False))


@pytest.mark.slow
def test_a_row_too_many_is_refused_by_the_ledger_or_found_where_it_still_fits(firm):
    with DOUBLED, pytest.raises((DomainError, AssertionError)):
        play(machine(firm), settings=stories(60, 20, derandomize=True, report_multiple_bugs=False))

"""Needs against open orders: what was ordered for nobody serves them in time, once, and takes its money along."""

import random
import re
from collections import defaultdict
from decimal import Decimal

import pytest

from procurement.orders import netting, services
from procurement.orders.models import OrderLine
from procurement.planning.services import Covered, cover
from procurement.receipts import services as receipts
from procurement.requests import ledger
from procurement.requests.models import Allocation, RequestLine
from srm.audit.models import AuditEvent
from srm.budget import selectors as budgets
from srm.budget.services import create_line
from srm.core import clock
from srm.core.actor import SYSTEM
from srm.flow.perform import perform
from srm.flow.uow import unit_of_work
from tests.budget.conftest import buckets, set_policy
from tests.races import at_once
from tests.requests.conftest import approved, in_days, line_of

D = Decimal
ZERO = D(0)


def ordered(firm, quantity="100", item=None, due=20, price="0.50", **values):
    """A sent order for stock."""
    with unit_of_work():
        made = services.create_order(
            actor=firm.actor("buyer"), legal_entity=firm.entity, supplier=firm.alfa,
            lines=[{"item": item or firm.bolt, "quantity": str(quantity), "unit": firm.unit("C62"), "price": D(price),
                    "need_by": in_days(due) if due else None}], **{"place": firm.plovdiv, **values},
        )  # fmt: skip
        made = perform(made, "approve", actor=firm.actor("head"))
        return perform(made, "send", actor=firm.actor("buyer"))


def confirmed(firm, order, quantity, day):
    answer = {"line": order.lines.get().public_id, "quantity": D(quantity), "on": in_days(day)}
    with unit_of_work():
        return perform(order, "confirm", actor=firm.actor("alfa_admin"), lines=[answer])


def received(firm, order, quantity):
    with unit_of_work():
        receipt = receipts.create_receipt(
            actor=firm.actor("storekeeper"), order=order, received_on=clock.today(), warehouse=firm.warehouse,
            lines=[{"order_line": order.lines.get(), "quantity": str(quantity), "rejected": 0}],
        )  # fmt: skip
        return perform(receipt, "post", actor=firm.actor("storekeeper"))


def net(firm, who="buyer", **only):
    with unit_of_work():
        return cover(actor=firm.actor(who), legal_entity=firm.entity, **only)


def need(firm, quantity, day=30, **values):
    header = {name: values.pop(name) for name in ("route", "route_reason") if name in values}
    return approved(firm, line_of(firm, quantity=str(quantity), need_by=in_days(day), **values), **header).lines.get()


def got():
    """{(need, order line): quantity} as the ledger tells it now."""
    found = defaultdict(lambda: ZERO)
    for row in Allocation.objects.unscoped("test").filter(stage="ordered"):
        found[row.request_line_id, row.line_id] += row.quantity
    return {key: quantity for key, quantity in found.items() if quantity}


def books_agree():
    assert ledger.faults() == ledger.stale() == budgets.disagreements() == []
    for line in OrderLine.objects.unscoped("test"):
        assert sum(quantity for (_need, key), quantity in got().items() if key == line.pk) <= line.owed


@pytest.mark.django_db
def test_what_is_on_order_for_nobody_serves_the_earliest_need_first(firm):
    order = ordered(firm, 100, due=20)
    later, first = need(firm, 60, 40), need(firm, 70, 25)
    assert net(firm) == Covered(0, 2)
    line = order.lines.get()
    assert got() == {(first.pk, line.pk): 70, (later.pk, line.pk): 30}
    later.refresh_from_db()
    assert (later.open_quantity, later.coming_quantity, later.next_on) == (30, 30, in_days(20))
    told = AuditEvent.objects.get(verb="promised to needs")
    assert (told.subject_text, told.changes) == (str(order), {"needs": [None, 2]})
    assert net(firm) == Covered(0, 0)
    books_agree()


@pytest.mark.django_db
def test_only_what_comes_in_time_to_the_place_and_firm_counts(firm):
    ordered(firm, 100, due=20)
    too_early, elsewhere, other = need(firm, 5, 19), need(firm, 5, place=firm.sofia), need(firm, 5, item=firm.nut)
    assert not net(firm)
    assert got() == {}
    on_the_day = need(firm, 5, 20)
    assert net(firm) == Covered(0, 1)
    assert {line for line, _order in got()} == {on_the_day.pk}
    assert {too_early.pk, elsewhere.pk, other.pk}.isdisjoint(line for line, _order in got())


@pytest.mark.django_db
def test_an_order_that_was_not_sent_or_has_no_date_serves_nobody(firm, work):
    ordered(firm, 100, due=None)
    with work():
        services.create_order(
            actor=firm.actor("buyer"), legal_entity=firm.entity, supplier=firm.alfa, place=firm.plovdiv,
            lines=[{"item": firm.bolt, "quantity": "100", "unit": firm.unit("C62"), "price": D(1), "need_by": in_days(9)}],
        )  # fmt: skip
    need(firm, 5)
    assert not net(firm)


@pytest.mark.django_db
def test_free_stock_comes_first_and_the_rest_from_orders(firm):
    from srm.stock.services import receive

    with unit_of_work():
        receive(
            actor=SYSTEM, warehouse=firm.warehouse, item=firm.bolt, quantity=D(30), value=D(1), moved_on=clock.today()
        )
    ordered(firm, 50, due=10)
    line = need(firm, 100)
    assert net(firm) == Covered(1, 1)
    line.refresh_from_db()
    assert (line.open_quantity, line.coming_quantity) == (20, 80)
    books_agree()


@pytest.mark.django_db
def test_a_confirmed_order_gives_what_was_confirmed_on_the_day_that_was(firm):
    order = confirmed(firm, ordered(firm, 100, due=20), 80, 28)
    early, line = need(firm, 10, 27), need(firm, 200, 28)
    assert net(firm) == Covered(0, 1)
    assert got() == {(line.pk, order.lines.get().pk): 80}
    promise = Allocation.objects.unscoped("test").get(stage="confirmed")
    assert (promise.request_line_id, promise.quantity, promise.expected_on) == (line.pk, 80, in_days(28))
    assert early.pk not in {row for row, _order in got()}
    books_agree()


@pytest.mark.django_db
def test_what_came_for_stock_already_is_not_on_its_way(firm):
    order = ordered(firm, 100)
    received(firm, order, 40)
    line = need(firm, 100)
    assert net(firm) == Covered(1, 1)  # the 40 lie in the store, the 60 come
    assert got() == {(line.pk, order.lines.get().pk): 60}
    received(firm, order, 25)
    line.refresh_from_db()
    assert (line.coming_quantity, line.done_quantity, line.open_quantity) == (75, 25, 0)
    # 35 come for this need; what came for it lies in the store for it, not for others.
    need(firm, 10)
    assert net(firm) == Covered(0, 0)
    books_agree()


@pytest.mark.django_db
def test_an_order_that_is_called_off_leaves_its_needs_open(firm, work):
    order, line = ordered(firm, 100), need(firm, 70)
    net(firm)
    with work():
        perform(order, "cancel", actor=firm.actor("buyer"), reason="not needed")
    line.refresh_from_db()
    assert (line.open_quantity, line.coming_quantity) == (70, 0)
    assert got() == {}
    books_agree()


@pytest.mark.django_db
def test_the_need_pays_and_the_store_pays_that_much_less(firm, work):
    year = in_days(30).year
    for center in (firm.cc_assembly, firm.cc_service):
        set_policy(center, "stop")
    with work():
        stores = create_line(actor=SYSTEM, cost_center=firm.cc_service, year=year, amount=D(1000))
        if in_days(20).year != year:
            stores = create_line(actor=SYSTEM, cost_center=firm.cc_service, year=in_days(20).year, amount=D(1000))
        assembly = create_line(actor=SYSTEM, cost_center=firm.cc_assembly, year=year, amount=D(100))
    order = ordered(firm, 100, price="0.50", cost_center=firm.cc_service)
    assert buckets(stores) == (0, 50, 0)
    need(firm, 40, estimate=D("0.70"))
    assert buckets(assembly) == (28, 0, 0)
    assert net(firm) == Covered(0, 1)
    assert (buckets(stores), buckets(assembly)) == ((0, 30, 0), (0, 20, 0))
    received(firm, order, 100)
    assert (buckets(stores), buckets(assembly)) == ((0, 0, 30), (0, 0, 20))
    books_agree()


@pytest.mark.django_db
def test_a_need_whose_budget_has_no_room_for_the_price_stays_open(firm, work):
    set_policy(firm.cc_assembly, "stop")
    with work():
        budget = create_line(actor=SYSTEM, cost_center=firm.cc_assembly, year=in_days(30).year, amount=D(30))
    ordered(firm, 100, price="5", due=9, cost_center=firm.cc_service)
    line = need(firm, 40, estimate=D("0.70"))
    assert net(firm) == Covered(0, 0)
    line.refresh_from_db()
    assert (line.open_quantity, line.coming_quantity, got(), buckets(budget)) == (40, 0, {}, (28, 0, 0))
    books_agree()


def by_hand(needs, supplies):
    """{need: quantity}: what a patient clerk would write, need by need, out of what comes first and in time."""
    left = {line.pk: line.base_quantity for line in supplies}
    served = defaultdict(lambda: ZERO)
    for one in sorted(needs, key=lambda line: (line.need_by, line.pk)):
        wanted = one.open_quantity
        for line in sorted(supplies, key=lambda line: (line.need_by, line.pk)):
            if line.item_id != one.item_id or line.need_by > one.need_by:
                continue
            part = min(wanted, left[line.pk])
            left[line.pk] -= part
            wanted -= part
            served[one.pk] += part
    return {pk: quantity for pk, quantity in served.items() if quantity}


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(6))
def test_many_needs_get_what_a_patient_clerk_would_give(firm, seed):
    dice = random.Random(seed)
    items = [firm.bolt, firm.nut]
    for _order in range(6):
        ordered(firm, D(dice.randint(1, 900)) / 10, dice.choice(items), due=dice.randint(2, 9))
    for _request in range(4):
        lines = [
            line_of(firm, dice.choice(items), str(D(dice.randint(1, 600)) / 10), need_by=in_days(dice.randint(2, 9)))
            for _line in range(5)
        ]
        approved(firm, *lines)
    wanted = by_hand(list(RequestLine.objects.unscoped("test")), list(OrderLine.objects.unscoped("test")))
    assert net(firm) == Covered(0, len(wanted))
    served = defaultdict(lambda: ZERO)
    for (line, _order), quantity in got().items():
        served[line] += quantity
    assert dict(served) == wanted
    books_agree()


@pytest.mark.django_db
def test_the_board_tells_what_is_on_order_and_merging_takes_it(firm, client_of):
    ordered(firm, 60, due=9)
    need(firm, 100)
    client = client_of("buyer")
    page = client.get("/planning/board/").content.decode()
    assert "60 on order for nobody yet" in page
    assert re.search(r"40.pc to buy", page)
    answer = client.post(
        "/planning/board/", {"all": "1", "window": "days", "window_days": "7", "stock_first": "on"}, follow=True
    )
    assert "1 need is served by open orders." in answer.content.decode()
    assert answer.context["object"].lines.get().quantity == 40
    books_agree()


# ------------------------------------------------------------------------------------------------ at once


def two_buyers(firm):
    need(firm, 100)
    need(firm, 100)
    lines = list(RequestLine.objects.unscoped("test").order_by("pk").values_list("pk", flat=True))
    # Each has a need of his own, so that they meet at the order only.
    return [
        lambda who=who, line=line: cover(actor=firm.actor(who), legal_entity=firm.entity, lines=[line])
        for who, line in zip(("buyer", "buyer2"), lines, strict=True)
    ]


@pytest.mark.django_db(transaction=True)
def test_two_buyers_at_once_take_no_more_than_comes(committed_firm):
    ordered(committed_firm, 120)
    assert at_once(*two_buyers(committed_firm)) == [Covered(0, 1)] * 2
    assert sorted(got().values()) == [20, 100]
    books_agree()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_both_take_the_same(committed_firm, monkeypatch):
    ordered(committed_firm, 120)
    monkeypatch.setattr(netting.OpenOrders, "hold", lambda *_words: None)
    pieces = netting._pieces
    # Both have seen what is free before either writes.
    monkeypatch.setattr(netting, "_pieces", lambda: pieces() + " AND (SELECT pg_sleep(0.7)) IS NOT NULL")
    at_once(*two_buyers(committed_firm))
    assert sum(got().values()) == 200

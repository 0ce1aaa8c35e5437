"""A requester cancels what is planned while a buyer orders it: one of the two happens, and the other is told."""

import threading
import time

import pytest
from django.db.models import QuerySet

from procurement.orders import agreed
from procurement.orders.models import PurchaseOrder
from procurement.planning import services as planning
from procurement.requests import ledger, letting_go, services
from procurement.requests.models import RequestLine
from srm.core.errors import InvalidInput, RuleBroken
from srm.flow.uow import unit_of_work
from tests import allocations
from tests.races import PATIENCE, at_once, without_transaction
from tests.requests.conftest import approved
from tests.shop.test_shop import sell

pytestmark = pytest.mark.django_db(transaction=True)


def order_and_cancel(firm):
    """A demand of one need under an agreed price: its buyer orders it, its requester cancels it."""
    sell(firm, firm.alfa, firm.bolt, {"price": "0.05"})
    request = approved(firm)
    with unit_of_work():
        demand = planning.aggregate(actor=firm.actor("buyer"), legal_entity=firm.entity)
    wanted, asked = demand.lines.get(), request.lines.get()
    buyer, requester = firm.actor("buyer"), firm.actor("requester")
    return [
        lambda: agreed.order_agreed(actor=buyer, demand_lines=[wanted]),
        lambda: services.cancel_quantity(request, actor=requester, line=asked, quantity="100", reason="found some"),
    ]


def begun(function, event):
    """`function`, which tells that it has begun and gives the other time to run into the lock."""

    def told(*args, **options):
        answer = function(*args, **options)
        if not event.is_set():
            event.set()
            time.sleep(PATIENCE / 2)
        return answer

    return told


def after(event, task):
    def waits():
        event.wait(10)
        return task()

    return waits


@pytest.mark.parametrize(("first", "fault"), [("order", InvalidInput), ("cancel", RuleBroken)])
def test_who_comes_first_has_it_and_the_other_is_refused(committed_firm, monkeypatch, first, fault):
    order, cancel = order_and_cancel(committed_firm)
    event = threading.Event()
    if first == "order":
        monkeypatch.setattr(planning, "locked_line", begun(planning.locked_line, event))
        cancel = after(event, cancel)
    else:
        monkeypatch.setattr(letting_go, "hold", begun(letting_go.hold, event))
        order = after(event, order)
    answers = at_once(order, cancel)
    refused = [type(answer) for answer in answers if isinstance(answer, Exception)]
    assert refused == [fault], answers
    assert PurchaseOrder.rows.count() == (first == "order")
    assert RequestLine.rows.get().state == ("approved" if first == "order" else "cancelled")
    allocations.check()


def test_without_the_locks_what_was_cancelled_is_ordered(committed_firm, monkeypatch):
    order, cancel = order_and_cancel(committed_firm)
    looked, calls = planning.locked_line, []

    def cancelled_in_between(line):
        found = looked(line)
        calls.append(line)
        if len(calls) == 2:  # the last look before the quantity is taken
            calls.extend(at_once(cancel, edge=without_transaction))
        return found

    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_options: rows)
    monkeypatch.setattr(planning, "locked_line", cancelled_in_between)
    answers = at_once(order, edge=without_transaction)
    assert not [answer for answer in (*answers, *calls) if isinstance(answer, Exception)], (answers, calls)
    assert PurchaseOrder.rows.get().lines.get().base_quantity == 100
    assert RequestLine.rows.get().state == "cancelled"
    assert ledger.faults() == [], "the ledger alone does not see it"

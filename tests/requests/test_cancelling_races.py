"""A requester cancels what is planned while a buyer orders it: one of the two happens, and the other is told."""

import threading

import pytest

from procurement.orders import agreed
from procurement.orders.models import PurchaseOrder
from procurement.planning import services as planning
from procurement.planning.models import DemandLine
from procurement.requests import ledger, letting_go, services
from procurement.requests.models import RequestLine
from srm.core.errors import InvalidInput, RuleBroken
from srm.flow.uow import unit_of_work
from tests import allocations
from tests.races import PATIENCE, at_once
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


def overtaken(function, task, answers, *, call=1, wait=PATIENCE / 2):
    """`function`, at whose `call`th end somebody else begins `task` in a transaction of his own; his answer follows."""
    calls = []

    def met(*args, **options):
        found = function(*args, **options)
        calls.append(found)
        if len(calls) == call:
            thread = threading.Thread(target=lambda: answers.extend(at_once(task)))
            answers.append(thread)
            thread.start()
            thread.join(wait)
        return found

    return met


def both(first, answers):
    """What became of the first and of the other."""
    done = at_once(first)
    answers[0].join(60)
    return [*done, *answers[1:]]


@pytest.mark.parametrize(("first", "fault"), [("order", InvalidInput), ("cancel", RuleBroken)])
def test_who_comes_first_has_it_and_the_other_is_refused(committed_firm, monkeypatch, first, fault):
    order, cancel = order_and_cancel(committed_firm)
    answers = []
    if first == "order":
        monkeypatch.setattr(planning, "locked_line", overtaken(planning.locked_line, cancel, answers))
        found = both(order, answers)
    else:
        monkeypatch.setattr(letting_go, "hold", overtaken(letting_go.hold, order, answers))
        found = both(cancel, answers)
    assert [type(answer) for answer in found if isinstance(answer, Exception)] == [fault], found
    assert isinstance(found[1], fault)
    assert PurchaseOrder.rows.count() == (first == "order")
    assert RequestLine.rows.get().state == ("approved" if first == "order" else "cancelled")
    allocations.check()


@pytest.mark.postgres
def test_without_the_lock_what_was_cancelled_is_ordered(committed_firm, monkeypatch):
    order, cancel = order_and_cancel(committed_firm)
    answers = []

    def unlocked(line):
        return DemandLine.objects.unscoped("test").select_related("demand", "item", "unit").get(pk=line.pk)

    # The last look before the quantity is taken; the requester comes between it and the writing.
    monkeypatch.setattr(planning, "locked_line", overtaken(unlocked, cancel, answers, call=2, wait=60))
    found = both(order, answers)
    assert not [answer for answer in found if isinstance(answer, Exception)], found
    assert PurchaseOrder.rows.get().lines.get().base_quantity == 100
    assert RequestLine.rows.get().state == "cancelled", "both have won: it is ordered for nobody"
    assert ledger.faults() == []

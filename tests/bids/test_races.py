"""Races: two submits, submit and opening, a transaction that waits across the deadline. Real threads, real commits."""

import datetime as dt
import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection, connections, transaction

from procurement.bids import services
from procurement.bids.models import Bid, BidEnvelope, BidLine, BidReceipt
from procurement.bids.opening import close_due
from procurement.bids.services import TooLate
from procurement.tenders.models import Tender
from srm.core import clock
from srm.flow.uow import unit_of_work
from tests.bids.conftest import typed
from tests.tenders.conftest import publish

pytestmark = pytest.mark.django_db(transaction=True)


def together(*acts: Callable[[], object]) -> list[object]:
    """Run `acts` at the same moment, each with a connection of its own; their results or faults."""
    gate, found = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            gate.wait(10)
            found[place] = act()
        except Exception as fault:
            found[place] = fault
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


def submitting(firm, tender, persona="alfa_admin", prices=("0.05", "0.02"), key=""):
    actor, content = firm.actor(persona), typed(tender, prices)

    def act():
        with unit_of_work():
            return services.submit(tender, actor=actor, typed=content, key=key).edition

    return act


def rows(model):
    return model.objects.unscoped("test")


def close_in(tender, seconds):
    deadline = clock.now() + dt.timedelta(seconds=seconds)
    rows(Tender).filter(pk=tender.pk).update(deadline=deadline, next_check=deadline)
    return deadline


def test_two_windows_that_send_at_once_make_two_versions(committed_firm, work):
    tender = publish(committed_firm, work)
    found = together(*[submitting(committed_firm, tender, prices=(f"0.0{n + 1}", "0.02")) for n in range(4)])
    assert sorted(found) == [1, 2, 3, 4]
    assert rows(Bid).count() == 1
    assert rows(BidReceipt).count() == 4


def test_the_same_click_twice_makes_one(committed_firm, work):
    tender = publish(committed_firm, work)
    found = together(*[submitting(committed_firm, tender, key="click") for _n in range(4)])
    assert found == [1, 1, 1, 1]
    assert rows(BidEnvelope).count() == 1
    assert rows(BidReceipt).count() == 1


def test_rivals_that_send_at_once_all_arrive(committed_firm, work):
    tender = publish(committed_firm, work)
    found = together(submitting(committed_firm, tender), submitting(committed_firm, tender, "beta_admin"))
    assert found == [1, 1]


@pytest.mark.slow
def test_at_the_deadline_an_offer_is_opened_or_refused_and_never_lost(committed_firm, work):
    """Everybody sends and the ticker opens around one moment: what got a receipt is opened, what got none left nothing."""
    for _round in range(6):
        tender = publish(committed_firm, work)
        deadline = close_in(tender, 0.35)

        def sender(persona, pause, tender=tender):
            send = submitting(committed_firm, tender, persona)

            def act():
                time.sleep(pause)
                return send()

            return act

        def opener(tender=tender, deadline=deadline):
            while clock.now() < deadline:
                time.sleep(0.005)
            with unit_of_work():
                close_due(tender)

        found = together(sender("alfa_admin", 0.3), sender("beta_admin", 0.34), opener)
        assert found[2] is None, found[2]
        for persona, result in (("alfa", found[0]), ("beta", found[1])):
            bid = rows(Bid).filter(tender=tender, supplier__code=f"S-{persona}").first()
            if result == 1:
                assert bid.state == "opened"
                assert bid.submitted_at < deadline
                assert bid.lines.count() == 2
            else:
                assert isinstance(result, TooLate), result
                assert bid is None


@pytest.mark.postgres
@pytest.mark.slow
@pytest.mark.parametrize("honest", [True, False])
def test_a_transaction_that_waits_across_the_deadline_is_late(committed_firm, work, monkeypatch, honest):
    """The positive control judges by now(), the start of the transaction: then the late offer slips in."""
    tender = publish(committed_firm, work)
    close_in(tender, 1.0)
    if not honest:

        def start_of_transaction():
            with connection.cursor() as cursor:
                cursor.execute("SELECT now()")
                return cursor.fetchone()[0]

        monkeypatch.setattr(clock, "db_now", start_of_transaction)
    holding = threading.Event()

    def holder():
        with transaction.atomic():
            rows(Tender).select_for_update().get(pk=tender.pk)
            holding.set()
            time.sleep(2)

    send = submitting(committed_firm, tender)

    def sender():
        holding.wait(5)
        return send()

    found = together(holder, sender)
    if honest:
        assert isinstance(found[1], TooLate)
        assert not rows(BidEnvelope).exists()
    else:
        assert found[1] == 1


@pytest.mark.slow
def test_opening_twice_at_once_opens_once(committed_firm, work):
    tender = publish(committed_firm, work)
    submitting(committed_firm, tender)()
    close_in(tender, -1)

    def opening():
        with unit_of_work():
            close_due(rows(Tender).get(pk=tender.pk))

    assert together(opening, opening, opening) == [None, None, None]
    assert rows(BidLine).count() == 2
    assert rows(Tender).get().state == "evaluation"

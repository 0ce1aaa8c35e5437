"""Delivery: at least once, under a lease with a fencing token, patient, and parked in the end."""

from __future__ import annotations

import datetime as dt
import itertools
import threading

import pytest
import time_machine
from django.db import connection, transaction

from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import NotAllowed, RuleBroken
from srm.outbox import services
from srm.outbox.models import Delivery, OutboxEvent
from srm.outbox.registry import NotNeeded, TryLater, Undeliverable
from tests.outbox.conftest import Receiver, emitted, only_delivery

KEEPER = Actor(kind="staff", user_id=1, permissions=frozenset({"outbox.manage"}))


def raising(fault: Exception):
    def answer(_parcel: object, **_values: object) -> None:
        raise fault

    return answer


@pytest.mark.django_db
def test_what_was_emitted_is_delivered_once_with_its_id(receiver: Receiver) -> None:
    event = emitted(number="PO-1")
    assert services.deliver_due() == 1
    assert services.deliver_due() == 0
    (parcel,) = receiver.got
    assert (parcel.event_id, parcel.payload, parcel.sequence) == (event.public_id, {"number": "PO-1"}, 1)
    delivery = only_delivery()
    assert (delivery.state, delivery.attempts, delivery.status_code) == ("sent", 1, 200)


@pytest.mark.django_db
def test_each_receiver_gets_his_own_delivery(receiver: Receiver) -> None:
    receiver.targets = ["one", "two", "three"]
    emitted()
    assert services.deliver_due() == 3
    assert sorted(parcel.target for parcel in receiver.got) == ["one", "three", "two"]


class Killed(BaseException):
    """The process dies: nothing after this line runs."""


@pytest.mark.django_db
def test_a_kill_before_or_after_sending_means_another_attempt_with_the_same_id(receiver: Receiver) -> None:
    event = emitted()

    def die(_parcel: object) -> None:
        raise Killed

    receiver.fails = die
    with pytest.raises(Killed):
        services.deliver_due()
    receiver.fails = lambda parcel: None
    assert services.deliver_due() == 0, "its lease has not run out"
    with time_machine.travel(clock.now() + dt.timedelta(seconds=61), tick=True):
        with pytest.MonkeyPatch.context() as patch:  # killed between sending and noting it
            patch.setattr(services, "settle", raising(Killed()))  # type: ignore[arg-type]
            with pytest.raises(Killed):
                services.deliver_due()
    with time_machine.travel(clock.now() + dt.timedelta(seconds=130), tick=True):
        assert services.deliver_due() == 1
    assert [parcel.event_id for parcel in receiver.got] == [event.public_id] * 2
    assert [parcel.attempt for parcel in receiver.got] == [2, 3]
    assert only_delivery().state == "sent"


@pytest.mark.django_db
def test_a_sender_that_lost_its_lease_cannot_write_a_result(receiver: Receiver) -> None:
    emitted()
    services.dispatch()
    channel, slow = services.claim_next()  # type: ignore[misc]
    with time_machine.travel(clock.now() + dt.timedelta(seconds=61), tick=True):
        claimed = services.claim_next()
        assert claimed is not None
        fast = claimed[1]
        assert fast.fence > slow.fence
        receiver.fails = raising(TryLater("busy"))
        services.attempt(channel, fast)
        assert only_delivery().state == "pending"
        receiver.fails = lambda parcel: None
        assert services.attempt(channel, slow) is False, "the older claim comes too late"
        delivery = only_delivery()
        assert (delivery.state, delivery.last_error) == ("pending", "busy")


@pytest.mark.django_db
def test_without_the_fence_the_late_sender_would_have_overwritten_it(receiver: Receiver) -> None:
    """The positive control of the test above: the same play, the result written by key alone."""
    emitted()
    services.dispatch()
    _channel, slow = services.claim_next()  # type: ignore[misc]
    with time_machine.travel(clock.now() + dt.timedelta(seconds=61), tick=True):
        services.claim_next()
        assert Delivery.objects.unscoped("test").filter(pk=slow.delivery_id).update(state="sent") == 1


@pytest.mark.django_db(transaction=True)
def test_many_workers_send_each_delivery_once(receiver: Receiver) -> None:
    for number in range(60):
        emitted(n=number)
    services.dispatch()
    faults: list[BaseException] = []
    start = threading.Barrier(5)

    def work() -> None:
        try:
            start.wait()
            services.deliver_due(limit=100)
        except BaseException as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert sorted(parcel.payload["n"] for parcel in receiver.got) == list(range(60))


@pytest.mark.django_db(transaction=True)
def test_a_receiver_that_hangs_holds_up_nobody_else(receiver: Receiver) -> None:
    receiver.targets = ["slow", "quick"]
    release = threading.Event()

    def wait(parcel) -> None:
        if parcel.target == "slow":
            release.wait(20)

    receiver.fails = wait
    for _ in range(3):
        emitted()
    done: list[int] = []
    thread = threading.Thread(target=lambda: done.append(services.deliver_due(limit=40, workers=4)))
    thread.start()
    deadline = clock.now() + dt.timedelta(seconds=15)
    while sum(parcel.target == "quick" for parcel in receiver.got) < 3 and clock.now() < deadline:
        release.wait(0.05)
    assert sum(parcel.target == "quick" for parcel in receiver.got) == 3
    release.set()
    thread.join()
    assert done == [6]


@pytest.mark.django_db
def test_pauses_grow_and_the_delivery_is_parked_in_the_end(receiver: Receiver) -> None:
    receiver.fails = raising(TryLater("answered 503", status=503))
    emitted()
    now, pauses = clock.now(), []
    for _number in range(services.MAX_ATTEMPTS):
        with time_machine.travel(now, tick=False):
            assert services.deliver_due() == 1
            assert services.deliver_due() == 0, "not before its pause is over"
            pauses.append((only_delivery().next_at - now).total_seconds())
            now = only_delivery().next_at
    assert all(later > earlier for earlier, later in itertools.pairwise(pauses[:-2]))
    delivery = only_delivery()
    assert (delivery.state, delivery.attempts, delivery.status_code) == ("parked", services.MAX_ATTEMPTS, 503)
    with time_machine.travel(now + dt.timedelta(days=10), tick=False):
        assert services.deliver_due() == 0


@pytest.mark.django_db
def test_a_receiver_may_ask_for_a_longer_pause_within_reason(receiver: Receiver) -> None:
    receiver.fails = raising(TryLater("later", after=10**9))
    emitted()
    services.deliver_due()
    pause = (only_delivery().next_at - clock.now()).total_seconds()
    assert services.LONGEST_PAUSE - 5 < pause <= services.LONGEST_PAUSE + 5


@pytest.mark.django_db
def test_what_cannot_help_is_parked_at_once_and_what_is_not_needed_ends(receiver: Receiver) -> None:
    receiver.fails = raising(Undeliverable("no such address", status=550))
    emitted()
    services.deliver_due()
    assert (only_delivery().state, only_delivery().last_error) == ("parked", "no such address")
    Delivery.objects.unscoped("test").all().delete()
    receiver.fails = raising(NotNeeded("left the firm"))
    emitted()
    services.deliver_due()
    assert only_delivery().state == "skipped"


@pytest.mark.django_db
def test_a_delivery_that_kills_its_worker_every_time_is_parked_unsent(receiver: Receiver) -> None:
    emitted()
    services.dispatch()
    Delivery.objects.unscoped("test").update(attempts=services.MAX_ATTEMPTS)
    assert services.deliver_due() == 0
    assert only_delivery().state == "parked"
    assert receiver.got == []


@pytest.mark.django_db
def test_a_route_that_fails_is_parked_and_stops_nobody_else(receiver: Receiver, monkeypatch) -> None:
    def broken(event: OutboxEvent) -> list[str]:
        if event.payload.get("bad"):
            raise ValueError("no route")
        return ["one"]

    monkeypatch.setattr(receiver, "route", broken)
    channel = services.CHANNELS["test"]
    monkeypatch.setattr(services, "CHANNELS", {"test": type(channel)("test", broken, channel.send, 60)})
    emitted(bad=True)
    emitted()
    assert services.deliver_due() == 1
    parked = Delivery.objects.unscoped("test").get(state="parked")
    assert parked.last_error == "no route"
    fixed = type(channel)("test", lambda event: ["one"], channel.send, 60)
    monkeypatch.setattr(services, "CHANNELS", {"test": fixed})
    services.retry(parked, actor=KEEPER)
    assert services.deliver_due() == 1
    assert len(receiver.got) == 2


@pytest.mark.django_db
def test_a_parked_delivery_is_sent_again_on_request_by_who_may(receiver: Receiver) -> None:
    receiver.fails = raising(Undeliverable("closed"))
    emitted()
    services.deliver_due()
    receiver.fails = lambda parcel: None
    with pytest.raises(NotAllowed):
        services.retry(only_delivery(), actor=Actor(kind="staff", user_id=2))
    assert only_delivery().state == "parked"
    services.retry(only_delivery(), actor=KEEPER)
    with pytest.raises(RuleBroken):
        services.retry(only_delivery(), actor=KEEPER)
    assert services.deliver_due() == 1
    assert only_delivery().state == "sent"


@pytest.mark.django_db
def test_dispatching_twice_makes_no_second_delivery(receiver: Receiver) -> None:
    event = emitted()
    services.dispatch()
    with transaction.atomic():
        services._route(event, services.CHANNELS.values())
    assert Delivery.objects.unscoped("test").count() == 1

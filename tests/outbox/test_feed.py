"""The change feed: one number per public event, no gaps, in the order in which commits became visible."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from srm.core.actor import SYSTEM, Actor
from srm.outbox import selectors, services
from srm.outbox.models import OutboxEvent
from tests.outbox.conftest import Receiver, emitted

EVENTS = "test"


def sequences() -> list[int]:
    rows = OutboxEvent.objects.unscoped(EVENTS).filter(sequence__isnull=False)
    return sorted(rows.values_list("sequence", flat=True))


@pytest.mark.django_db(transaction=True)
def test_an_event_needs_the_transaction_it_tells_about() -> None:
    with pytest.raises(RuntimeError, match="inside the transaction"):
        services.emit("item.changed", {})


@pytest.mark.django_db
def test_a_rolled_back_change_tells_nobody(receiver: Receiver) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        services.emit("item.changed", {"id": "a"})
        raise ZeroDivisionError
    assert services.deliver_due() == 0
    assert not OutboxEvent.objects.unscoped(EVENTS).exists()


@pytest.mark.django_db
def test_public_events_are_numbered_in_order_and_private_ones_never(receiver: Receiver, monkeypatch) -> None:
    monkeypatch.setattr(services, "PRIVATE_KINDS", {"mail"})
    for kind in ("item.created", "mail", "item.changed"):
        emitted(kind)
    services.dispatch()
    feed = selectors.changes(SYSTEM)
    assert [(event.sequence, event.kind) for event in feed] == [(1, "item.created"), (2, "item.changed")]
    assert OutboxEvent.objects.unscoped(EVENTS).get(kind="mail").sequence is None


@pytest.mark.django_db
def test_the_feed_goes_on_after_the_number_given(receiver: Receiver) -> None:
    for _ in range(5):
        emitted()
    services.dispatch()
    assert [event.sequence for event in selectors.changes(SYSTEM, after=3)] == [4, 5]
    assert selectors.changes(SYSTEM, after=5) == []


@pytest.mark.django_db
def test_a_reader_whose_place_was_cleaned_away_is_told_to_start_anew(receiver: Receiver) -> None:
    for _ in range(5):
        emitted()
    services.dispatch()
    OutboxEvent.objects.unscoped(EVENTS).filter(sequence__lte=3).delete()
    with pytest.raises(selectors.FeedGone):
        selectors.changes(SYSTEM, after=1)
    assert len(selectors.changes(SYSTEM, after=3)) == 2


@pytest.mark.django_db
def test_the_feed_shows_nothing_without_the_right_or_to_a_supplier(receiver: Receiver) -> None:
    emitted()
    services.dispatch()
    right = frozenset({"integrations.view"})
    assert selectors.changes(Actor(kind="staff", user_id=1)) == []
    assert selectors.changes(Actor(kind="supplier", user_id=1, supplier_id=1, permissions=right)) == []
    assert len(selectors.changes(Actor(kind="service", user_id=1, permissions=right))) == 1


@pytest.mark.django_db
def test_an_integration_of_one_legal_entity_does_not_read_another(receiver: Receiver) -> None:
    with transaction.atomic():
        services.emit("order.sent", {"id": "ours"}, legal_entity_id=1)
        services.emit("order.sent", {"id": "theirs"}, legal_entity_id=2)
        services.emit("item.changed", {"id": "everybody's"})
    services.dispatch()
    reader = Actor(
        kind="service", user_id=1, permissions=frozenset({"integrations.view"}), legal_entities=frozenset({1})
    )
    assert [event.payload["id"] for event in selectors.changes(reader)] == ["ours", "everybody's"]


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gaps_and_no_doubles_while_many_write_and_several_dispatch(receiver: Receiver) -> None:
    writers, each = 4, 25
    stop = threading.Event()
    faults: list[BaseException] = []
    seen: list[list[int]] = []

    def run(work) -> threading.Thread:
        def guarded() -> None:
            try:
                work()
            except BaseException as fault:
                faults.append(fault)
            finally:
                connection.close()

        thread = threading.Thread(target=guarded)
        thread.start()
        return thread

    def write() -> None:
        for number in range(each):
            try:
                with transaction.atomic():
                    services.emit("item.changed", {"n": number})
                    if number % 5 == 4:
                        raise ZeroDivisionError  # a rollback must leave no hole
            except ZeroDivisionError:
                pass

    def dispatch() -> None:
        while not stop.is_set():
            services.dispatch(limit=7)

    def read() -> None:
        """Follow the feed like an integration does; it must never miss what appears behind its cursor."""
        cursor, mine = 0, []
        while not stop.is_set() or selectors.changes(SYSTEM, after=cursor):
            for event in selectors.changes(SYSTEM, after=cursor, limit=5):
                cursor = event.sequence or 0
                mine.append(cursor)
        seen.append(mine)

    background = [run(dispatch), run(dispatch), run(read)]
    for thread in [run(write) for _ in range(writers)]:
        thread.join()
    while OutboxEvent.objects.unscoped(EVENTS).filter(dispatched_at=None).exists():
        services.dispatch()
    stop.set()
    for thread in background:
        thread.join()
    assert not faults
    expected = list(range(1, writers * each * 4 // 5 + 1))
    assert sequences() == expected
    assert seen == [expected]


@pytest.mark.django_db
def test_old_events_go_when_everybody_has_them_and_waiting_ones_stay(receiver: Receiver) -> None:
    import datetime as dt

    from srm.core import clock

    old = clock.now() - dt.timedelta(days=500)
    emitted()
    services.deliver_due()
    emitted()
    services.dispatch()  # not delivered
    emitted()
    services.deliver_due()
    first_two = OutboxEvent.objects.unscoped(EVENTS).order_by("id")[:2]
    OutboxEvent.objects.unscoped(EVENTS).filter(pk__in=[event.pk for event in first_two]).update(created_at=old)
    from srm.outbox.models import Delivery

    Delivery.objects.unscoped("test").filter(event_id=first_two[1].pk).update(state="pending")
    assert services.clean_up() == 1
    assert sequences() == [2, 3]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_change_that_commits_late_is_not_missed_though_its_row_is_older(receiver: Receiver) -> None:
    """With the positive control: a reader who follows the rows' own ids passes it by for ever."""
    written, go_on = threading.Event(), threading.Event()

    def late() -> None:
        with transaction.atomic():
            services.emit("item.changed", {"who": "late"})
            written.set()
            go_on.wait(20)
        connection.close()

    thread = threading.Thread(target=late)
    thread.start()
    written.wait(20)
    emitted(who="early")
    services.dispatch()
    by_number = [event.payload["who"] for event in selectors.changes(SYSTEM)]
    cursor = OutboxEvent.objects.unscoped(EVENTS).latest("id").pk
    go_on.set()
    thread.join()
    services.dispatch()
    by_number += [event.payload["who"] for event in selectors.changes(SYSTEM, after=1)]
    assert by_number == ["early", "late"]
    assert not OutboxEvent.objects.unscoped(EVENTS).filter(pk__gt=cursor).exists(), "by id the late one is lost"

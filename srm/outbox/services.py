"""Writing events, handing out the feed's numbers, delivering."""

from __future__ import annotations

import datetime as dt
import logging
import random
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import Missing, NotAllowed, RuleBroken
from srm.outbox.models import Delivery, FeedCounter, OutboxEvent
from srm.outbox.registry import CHANNELS, PRIVATE_KINDS, Channel, NotNeeded, Parcel, TryLater, Undeliverable

log = logging.getLogger("srm.outbox")

# Seconds to wait after each failed attempt: about a day in all, as long as a receiver may be down over a night.
PAUSES = (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, 28800)
MAX_ATTEMPTS = len(PAUSES) + 1
LONGEST_PAUSE = 86_400
WHY = "the dispatcher serves the system, not a reader"


def emit(
    kind: str, payload: Mapping, key: str = "", *, private: bool | None = None, legal_entity_id: int | None = None
) -> OutboxEvent:
    """Write an event into the caller's transaction; it leaves after the commit, at least once, or not at all.

    `payload` is plain JSON (ids, codes, numbers: never the content of a sealed bid). `private` keeps the event out of
    the change feed; channels declare it per kind. `legal_entity_id` limits who reads it there.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("emit() belongs inside the transaction that changes what it tells about")
    return OutboxEvent.objects.unscoped(WHY).create(
        kind=kind,
        key=key,
        payload=dict(payload),
        private=kind in PRIVATE_KINDS if private is None else private,
        legal_entity_id=legal_entity_id,
    )


# ------------------------------------------------------------------------------------------------ dispatching


def dispatch(limit: int = 500) -> int:
    """Number committed events for the feed and write their deliveries; returns how many events were taken.

    Numbers are given here, after the commit and under one row lock, and not when the event is written: a transaction
    that commits late would otherwise appear behind the cursor of a reader who has already passed it.
    """
    waiting = OutboxEvent.objects.unscoped(WHY).filter(dispatched_at=None)
    if not waiting.exists():
        return 0
    with transaction.atomic():
        FeedCounter.objects.get_or_create(pk=1)
        counter = FeedCounter.objects.select_for_update().get(pk=1)
        events = list(waiting.order_by("id")[:limit])
        for event in events:
            event.dispatched_at = clock.now()
            if not event.private:
                counter.last += 1
                event.sequence = counter.last
        OutboxEvent.objects.unscoped(WHY).bulk_update(events, ["dispatched_at", "sequence"], batch_size=200)
        counter.save(update_fields=["last"])
        for event in events:
            _route(event, CHANNELS.values())
    return len(events)


def _route(event: OutboxEvent, channels: Iterable[Channel]) -> None:
    """Write the deliveries of one event. A route that fails is parked, so that one bad event cannot stop the rest."""
    rows = []
    for channel in channels:
        try:
            with transaction.atomic():
                rows += [Delivery(event=event, channel=channel.name, target=target) for target in channel.route(event)]
        except Exception as fault:
            log.exception("routing event %s over %s failed", event.public_id, channel.name)
            rows.append(
                Delivery(event=event, channel=channel.name, state=Delivery.State.PARKED, last_error=_told(fault))
            )
    Delivery.objects.unscoped(WHY).bulk_create(rows, ignore_conflicts=True)


# ------------------------------------------------------------------------------------------------- delivering


def deliver_due(limit: int = 100, *, workers: int = 1) -> int:
    """Dispatch, then attempt up to `limit` deliveries that are due; returns how many were attempted.

    With `workers` above one, each has a thread and a connection of its own, so that a receiver that hangs holds up
    nobody else. A receiver that fails is left alone for the rest of the round.
    """
    dispatch()
    failed: set[tuple[str, str]] = set()
    if workers == 1:
        return _deliver_some(limit, failed)
    share = max(1, limit // workers)
    with ThreadPoolExecutor(workers, thread_name_prefix="outbox") as pool:
        return sum(pool.map(lambda _number: _in_thread(share, failed), range(workers)))


def _in_thread(limit: int, failed: set[tuple[str, str]]) -> int:
    try:
        return _deliver_some(limit, failed)
    finally:
        transaction.get_connection().close()


def _deliver_some(limit: int, failed: set[tuple[str, str]]) -> int:
    done = 0
    while done < limit and (claimed := claim_next(failed)) is not None:
        channel, parcel = claimed
        if not attempt(channel, parcel):
            failed.add((channel.name, parcel.target))
        done += 1
    return done


def claim_next(skip: Collection[tuple[str, str]] = ()) -> tuple[Channel, Parcel] | None:
    """Take the delivery that has waited longest, under a lease, or None when nothing is due.

    The update is conditional on the fence that was read: of two claimers one changes the row, the other none. A
    delivery that used up its attempts by killing its worker is parked here, unsent.
    """
    rows = Delivery.objects.unscoped(WHY).due().filter(channel__in=list(CHANNELS))
    for name, target in skip:
        rows = rows.exclude(channel=name, target=target)
    for row in rows.select_related("event").order_by("next_at", "id")[:10]:
        channel = CHANNELS[row.channel]
        mine = Delivery.objects.unscoped(WHY).due().filter(pk=row.pk, fence=row.fence)
        if row.attempts >= MAX_ATTEMPTS:
            mine.update(state=Delivery.State.PARKED, fence=F("fence") + 1, lease_until=None)
            continue
        until = clock.now() + dt.timedelta(seconds=channel.lease)
        if mine.update(fence=F("fence") + 1, attempts=F("attempts") + 1, lease_until=until):
            return channel, _parcel(row)
    return None


def _parcel(row: Delivery) -> Parcel:
    event = row.event
    return Parcel(
        delivery_id=row.pk, fence=row.fence + 1, attempt=row.attempts + 1, target=row.target, event_pk=event.pk,
        event_id=event.public_id, kind=event.kind, key=event.key, payload=event.payload, created_at=event.created_at,
        sequence=event.sequence, legal_entity_id=event.legal_entity_id,
    )  # fmt: skip


def attempt(channel: Channel, parcel: Parcel) -> bool:
    """Send one claimed parcel and note the result; whether it needs no further attempt."""
    try:
        status = channel.send(parcel)
    except NotNeeded as reason:
        return settle(parcel, state=Delivery.State.SKIPPED, last_error=_told(reason))
    except Undeliverable as fault:
        return settle(parcel, state=Delivery.State.PARKED, last_error=_told(fault), status_code=fault.status)
    except Exception as fault:
        if not isinstance(fault, TryLater):
            log.exception("delivering event %s over %s failed", parcel.event_id, channel.name)
        _postpone(parcel, fault)
        return False
    return settle(parcel, state=Delivery.State.SENT, last_error="", status_code=status, sent_at=clock.now())


def settle(parcel: Parcel, **values) -> bool:
    """Write a result if the parcel is still ours; False when the lease was lost and somebody else has it."""
    rows = Delivery.objects.unscoped(WHY).filter(
        pk=parcel.delivery_id, fence=parcel.fence, state=Delivery.State.PENDING
    )
    if rows.update(lease_until=None, **values):
        return True
    log.warning("lease of delivery %s (event %s) was lost", parcel.delivery_id, parcel.event_id)
    return False


def _postpone(parcel: Parcel, fault: Exception) -> None:
    values: dict = {"last_error": _told(fault), "status_code": getattr(fault, "status", None)}
    if parcel.attempt >= MAX_ATTEMPTS:
        settle(parcel, state=Delivery.State.PARKED, **values)
        return
    pause = PAUSES[parcel.attempt - 1] * random.uniform(1.0, 1.2)  # noqa: S311 - spreads retries, guards nothing
    asked = min(getattr(fault, "after", None) or 0, LONGEST_PAUSE)
    settle(parcel, next_at=clock.now() + dt.timedelta(seconds=max(pause, asked)), **values)


def _told(fault: BaseException) -> str:
    return (str(fault) or type(fault).__name__).replace("\x00", "")[:500]


# ------------------------------------------------------------------------------------------------- looking after


def retry(delivery: Delivery, *, actor: Actor) -> Delivery:
    """Send a parked delivery again, or one that was sent or skipped once more; the receiver sees the same event id.

    Raises:
        NotAllowed: the actor neither keeps the outbox nor, for a webhook, manages the integrations.
        RuleBroken: it is waiting already.
    """
    if not (actor.may("outbox.manage") or (delivery.channel == "webhook" and actor.may("integrations.manage"))):
        raise NotAllowed
    if delivery.state == Delivery.State.PENDING:
        raise RuleBroken(_("This delivery is waiting for its next attempt already."))
    if delivery.channel not in CHANNELS:
        raise Missing
    if not delivery.target:  # routing itself had failed: route anew
        event, channel = delivery.event, CHANNELS[delivery.channel]
        delivery.delete()
        _route(event, [channel])
        return delivery
    Delivery.objects.unscoped(WHY).filter(pk=delivery.pk).update(
        state=Delivery.State.PENDING, attempts=0, next_at=clock.now(), lease_until=None, fence=F("fence") + 1
    )
    return delivery


def deliver_again(events: Iterable[OutboxEvent], channel: str, target: str) -> int:
    """Deliveries of past events to one receiver, new or started over, in the caller's transaction; how many."""
    events = list(events)
    rows = Delivery.objects.unscoped(WHY)
    rows.bulk_create(
        [Delivery(event=event, channel=channel, target=target) for event in events],
        ignore_conflicts=True,
        batch_size=200,
    )
    again = rows.filter(channel=channel, target=target)
    for start in range(0, len(events), 200):
        again.filter(event__in=events[start : start + 200]).update(
            state=Delivery.State.PENDING, attempts=0, next_at=clock.now(), lease_until=None, fence=F("fence") + 1
        )
    return len(events)


def clean_up(*, private_days: int = 30, feed_days: int = 400, batch: int = 2000) -> int:
    """Delete old events in short transactions: private ones that reached everybody, and the feed's far past."""
    now = clock.now()
    open_states = [Delivery.State.PENDING, Delivery.State.PARKED]
    old = Q(private=True, created_at__lt=now - dt.timedelta(days=private_days)) | Q(
        private=False, created_at__lt=now - dt.timedelta(days=feed_days)
    )
    events = OutboxEvent.objects.unscoped(WHY).filter(old, dispatched_at__isnull=False)
    events = events.exclude(deliveries__state__in=open_states).order_by("id")
    gone = 0
    while keys := list(events.values_list("pk", flat=True)[:batch]):
        OutboxEvent.objects.unscoped(WHY).filter(pk__in=keys).delete()
        gone += len(keys)
    return gone

"""kill -9 while writing, sending and working: nothing acknowledged is lost, no effect of a job happens twice."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections import Counter as Tally
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.db.models import F

from srm.core.actor import SYSTEM
from srm.core.numbering import Counter
from srm.jobs import registry as job_kinds
from srm.jobs import services as jobs
from srm.jobs.models import Job
from srm.jobs.run import JobRun
from srm.outbox import registry, services
from srm.outbox.models import Delivery, OutboxEvent

KILLS = int(os.environ.get("KILLS", "200"))
SHORT = 0.05  # seconds: a dead process's lease runs out before the next one starts


def killed_after(work: Callable[[], None], seconds: float) -> None:
    """Run `work` in a process of its own and kill it after `seconds`."""
    connection.close()
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def note(path: Path, line: str) -> None:
    """What the outside world saw: one line, written at once."""
    with path.open("a", encoding="utf-8") as stream:
        stream.write(line + "\n")
        stream.flush()
        os.fsync(stream.fileno())


def noted(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
    return lines[:-1]  # a line cut by a kill was not seen


@pytest.mark.django_db(transaction=True)
def test_every_acknowledged_event_arrives_whatever_is_killed(tmp_path: Path, monkeypatch) -> None:
    acks, arrived = tmp_path / "acks", tmp_path / "arrived"

    def send(parcel: registry.Parcel) -> None:
        time.sleep(random.random() / 200)
        note(arrived, parcel.event_id)

    channel = registry.Channel("test", lambda event: ["receiver"], send, lease=SHORT)  # type: ignore[arg-type]
    monkeypatch.setattr(services, "CHANNELS", {"test": channel})
    monkeypatch.setattr(services, "MAX_ATTEMPTS", 10**6)

    def write() -> None:
        while True:
            with transaction.atomic():
                event = services.emit("item.changed", {"pid": os.getpid()})
            note(acks, event.public_id)

    for number in range(KILLS):
        if number % 4 == 0:
            killed_after(write, random.uniform(0.02, 0.08))
        elif number % 4 == 1:
            killed_after(lambda: services.dispatch(), random.uniform(0.01, 0.05))
        else:
            services.dispatch(10**6)
            killed_after(lambda: services.deliver_due(10**6), random.uniform(0.02, 0.2))
    time.sleep(SHORT * 2)
    while services.deliver_due(10**6):
        time.sleep(SHORT)
    acked, got = set(noted(acks)), Tally(noted(arrived))
    stored = set(OutboxEvent.objects.unscoped("test").values_list("public_id", flat=True))
    assert acked <= stored, "an acknowledged write was lost"
    assert stored == set(got), "an event was not delivered"
    assert not Delivery.objects.unscoped("test").exclude(state="sent").exists()
    numbers = sorted(OutboxEvent.objects.unscoped("test").values_list("sequence", flat=True))
    assert numbers == list(range(1, len(stored) + 1))
    again = sum(count - 1 for count in got.values())
    print(f"{KILLS} kills: {len(acked)} acknowledged, {len(stored)} stored, {again} delivered again", file=sys.stderr)
    assert len(acked) > KILLS / 10
    assert again > 0, "no kill fell between sending and noting it: the test proves nothing"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("careful", [True, False])
def test_no_effect_of_a_job_happens_twice(careful: bool) -> None:
    """The careless handler is the positive control: effect and end in two transactions, and kills between them."""

    def work(run: JobRun, number: int) -> dict | None:
        with transaction.atomic():
            run.hold()
            Counter.objects.filter(series="PAY", year=number).update(last=F("last") + 1)
            if careful:
                run.complete({"text": "paid"})
        time.sleep(random.random() / 100)
        return None

    job_kinds.KINDS.pop("test.pay", None)
    job_kinds.job("test.pay", lease=SHORT, attempts=10**6)(work)  # type: ignore[arg-type]
    count = 400
    Counter.objects.bulk_create(Counter(series="PAY", legal_entity_id=1, year=number) for number in range(count))
    with transaction.atomic():
        keys = [jobs.enqueue("test.pay", actor=SYSTEM, number=number).pk for number in range(count)]

    def labour() -> None:
        for key in Job.objects.unscoped("test").filter(state__in=Job.OPEN).order_by("pk").values_list("pk", flat=True):
            jobs.run(key, heartbeat=False)

    try:
        for _number in range(min(KILLS, 100)):
            killed_after(labour, random.uniform(0.01, 0.06))
        ends = time.monotonic() + 60
        while Job.objects.unscoped("test").filter(state__in=Job.OPEN).exists() and time.monotonic() < ends:
            time.sleep(SHORT)
            labour()
    finally:
        job_kinds.KINDS.pop("test.pay", None)
    assert Job.objects.unscoped("test").filter(pk__in=keys, state="done").count() == count
    paid = list(Counter.objects.filter(series="PAY").values_list("last", flat=True))
    assert min(paid) == 1, "an effect was lost"
    if careful:
        assert max(paid) == 1, "an effect happened twice"
    else:
        assert max(paid) > 1, "the control must show the fault, else the test proves nothing"

"""Dead and paused workers: the lease runs out, somebody else takes over, and no effect happens twice."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
import time_machine
from django.db import connection, transaction
from django.db.models import F
from django_tasks import default_task_backend

from srm.core import clock
from srm.core.actor import SYSTEM
from srm.core.numbering import Counter
from srm.jobs import ends, services
from srm.jobs.models import Job, Lease
from srm.jobs.run import Heartbeat, JobRun, LeaseLost
from tests.jobs.conftest import fresh

LATER = dt.timedelta(seconds=61)


class Killed(BaseException):
    """The worker dies: nothing after this line runs."""


@pytest.mark.django_db
def test_a_killed_workers_job_is_woken_after_its_lease_and_finished_by_another(declare) -> None:
    attempts = []

    def work(run: JobRun) -> dict:
        attempts.append(run.attempt)
        if run.attempt == 1:
            raise Killed
        return {"text": "second time"}

    declare(work)
    job = services.enqueue("test.work", actor=SYSTEM)
    with pytest.raises(Killed):
        services.run(job.pk, heartbeat=False)
    assert fresh(job).state == "running"
    assert not services.run(job.pk, heartbeat=False), "its lease has not run out"
    default_task_backend.clear()
    assert services.wake_due() == 0
    with time_machine.travel(clock.now() + LATER, tick=False):
        assert services.wake_due() == 1
        assert services.wake_due() == 0, "one wake-up is enough"
        assert [result.args for result in default_task_backend.results] == [[job.pk]]
        assert services.run(job.pk, heartbeat=False)
    assert (fresh(job).state, attempts) == ("done", [1, 2])


@pytest.mark.django_db
def test_a_job_that_kills_its_worker_every_time_is_parked(declare) -> None:
    def work(run: JobRun) -> None:
        raise Killed

    declare(work)
    job = services.enqueue("test.work", actor=SYSTEM)
    now = clock.now()
    for _number in range(5):
        with time_machine.travel(now, tick=False), pytest.raises(Killed):
            services.run(job.pk, heartbeat=False)
        now += LATER
    with time_machine.travel(now, tick=False):
        assert not services.run(job.pk, heartbeat=False)
    assert (fresh(job).state, fresh(job).attempts) == ("parked", 5)


@pytest.mark.django_db
def test_a_lost_wake_up_is_made_good(declare) -> None:
    declare(lambda run: None)
    services.enqueue("test.work", actor=SYSTEM)
    default_task_backend.clear()
    with time_machine.travel(clock.now() + LATER, tick=False):
        assert services.wake_due() == 1


def pay(run: JobRun, fenced: bool) -> None:
    """An effect that must not happen twice, written like a careful handler (or a careless one) writes it."""
    with transaction.atomic():
        if fenced:
            run.hold()
        Counter.objects.get_or_create(series="PAY", legal_entity_id=1, year=2026)
        Counter.objects.filter(series="PAY").update(last=F("last") + 1)


def paid() -> int:
    return Counter.objects.filter(series="PAY").values_list("last", flat=True).first() or 0


@pytest.mark.django_db
@pytest.mark.parametrize(("fenced", "times"), [(True, 1), (False, 2)])
def test_a_worker_paused_past_its_lease_has_no_effect_when_it_wakes(declare, fenced: bool, times: int) -> None:
    """The second case is the positive control: without the fence the payment happens twice."""

    def work(run: JobRun) -> None:
        if run.attempt == 1:  # paused here; meanwhile another worker takes over and finishes
            with time_machine.travel(clock.now() + LATER, tick=False):
                assert services.run(run.job.pk, heartbeat=False)
        pay(run, fenced)

    declare(work)
    job = services.enqueue("test.work", actor=SYSTEM)
    services.run(job.pk, heartbeat=False)
    assert paid() == times
    assert fresh(job).state == "done"


@pytest.mark.django_db
def test_a_late_worker_cannot_report_progress_or_an_end(declare) -> None:
    caught = []

    def work(run: JobRun) -> dict:
        if run.attempt == 1:
            with time_machine.travel(clock.now() + LATER, tick=False):
                services.run(run.job.pk, heartbeat=False)
            for late in (lambda: run.check(), lambda: run.complete({"text": "late"}), lambda: run.progress(1, 1)):
                with pytest.raises(LeaseLost):
                    late()
                caught.append(1)
        return {"text": f"attempt {run.attempt}"}

    declare(work)
    job = services.enqueue("test.work", actor=SYSTEM)
    services.run(job.pk, heartbeat=False)
    assert len(caught) == 3
    assert fresh(job).result == {"text": "attempt 2"}


@pytest.mark.django_db
def test_an_effect_and_done_commit_together_so_a_kill_between_them_repeats_nothing(declare) -> None:
    def work(run: JobRun) -> None:
        with transaction.atomic():
            pay(run, fenced=True)
            run.complete({"text": "paid"})
        raise Killed

    declare(work)
    job = services.enqueue("test.work", actor=SYSTEM)
    with pytest.raises(Killed):
        services.run(job.pk, heartbeat=False)
    with time_machine.travel(clock.now() + LATER, tick=False):
        assert services.wake_due() == 0
        assert not services.run(job.pk, heartbeat=False)
    assert (fresh(job).state, paid()) == ("done", 1)


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_gets_the_job(declare) -> None:
    ran: list[int] = []
    declare(lambda run: ran.append(run.attempt))
    with transaction.atomic():
        jobs = [services.enqueue("test.work", actor=SYSTEM).pk for _ in range(10)]
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        for job_id in jobs:
            services.run(job_id, heartbeat=False)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ran == [1] * 10
    assert Job.objects.unscoped("test").filter(state="done").count() == 10


@pytest.mark.django_db(transaction=True)
def test_a_heartbeat_keeps_the_lease_of_a_handler_that_says_nothing(declare) -> None:
    declare(lambda run: None, lease=3)
    job = services.enqueue("test.work", actor=SYSTEM)
    claimed, kind = services._claim(job.pk)  # type: ignore[misc]
    before = claimed.lease_until
    handle = JobRun(claimed, kind.lease, kind.limit, SYSTEM)
    with Heartbeat(handle):
        deadline = threading.Event()
        for _ in range(40):
            deadline.wait(0.1)
            if fresh(job).lease_until > before:
                break
    assert fresh(job).lease_until > before


@pytest.mark.django_db
def test_a_job_beyond_its_limit_is_a_fault(declare) -> None:
    def work(run: JobRun) -> None:
        run._ends = 0
        run.progress(1, 1)

    declare(work)
    job = services.enqueue("test.work", actor=SYSTEM)
    services.run(job.pk, heartbeat=False)
    assert fresh(job).state == "queued"
    assert fresh(job).attempts == 1


@pytest.mark.django_db
def test_those_who_want_to_know_hear_of_the_end_once(declare, monkeypatch) -> None:
    heard = []
    monkeypatch.setattr(ends, "_listeners", [lambda job: heard.append(job.state), lambda job: 1 / 0])
    declare(lambda run: None)
    services.run_now(services.enqueue("test.work", actor=SYSTEM))
    declare(lambda run: None, notice=False)
    services.run_now(services.enqueue("test.work", actor=SYSTEM))
    assert heard == ["done"]


# ------------------------------------------------------------------------------------------- the ticker's lease


@pytest.mark.django_db
def test_only_one_ticker_holds_the_lease_and_another_takes_over_when_it_runs_out() -> None:
    assert Lease.take("ticker", "a", 15)
    assert Lease.take("ticker", "a", 15), "its own it may renew"
    assert not Lease.take("ticker", "b", 15)
    with time_machine.travel(clock.now() + dt.timedelta(seconds=16), tick=False):
        assert Lease.take("ticker", "b", 15)
        assert not Lease.take("ticker", "a", 15)
        Lease.release("ticker", "a")
        assert not Lease.take("ticker", "c", 15), "only the holder gives it back"
        Lease.release("ticker", "b")
        assert Lease.take("ticker", "c", 15)

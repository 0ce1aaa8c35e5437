"""A job's life: queued with its transaction, run with its user's rights, shown, cancelled, tried again, parked."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.db import transaction
from django.utils.translation import gettext_lazy
from django_tasks import default_task_backend

from srm.core import clock
from srm.core.actor import ANONYMOUS, SYSTEM, Actor
from srm.core.errors import NotAllowed, RuleBroken
from srm.jobs import run as running
from srm.jobs import services
from srm.jobs.models import Job
from srm.jobs.run import JobRun
from srm.people.models import User, UserRole
from tests.jobs.conftest import fresh, person


def woken() -> list[int]:
    return [result.args[0] for result in default_task_backend.results]


@pytest.fixture(autouse=True)
def empty_queue() -> None:
    default_task_backend.clear()


@pytest.mark.django_db(transaction=True)
def test_a_job_is_queued_with_its_transaction_or_not_at_all(declare) -> None:
    declare(lambda run: None)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        services.enqueue("test.work", actor=SYSTEM)
        raise ZeroDivisionError
    assert not Job.objects.unscoped("test").exists()


@pytest.mark.django_db(transaction=True)
def test_the_database_queue_joins_the_transaction_too(declare, settings) -> None:
    """The wake-up is a row of the same database: after a rollback no worker looks for a job that never was."""
    from django_tasks_db.models import DBTaskResult

    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    declare(lambda run: None)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        services.enqueue("test.work", actor=SYSTEM)
        assert DBTaskResult.objects.count() == 1
        raise ZeroDivisionError
    assert DBTaskResult.objects.count() == 0
    with transaction.atomic():
        job = services.enqueue("test.work", actor=SYSTEM)
    assert DBTaskResult.objects.get().args_kwargs == {"args": [job.pk], "kwargs": {}}


@pytest.mark.django_db
def test_a_job_runs_with_its_arguments_and_keeps_its_result(declare, buyer: Actor) -> None:
    seen = {}

    def work(run: JobRun, name: str, size: int) -> dict:
        seen.update(name=name, size=size, user=run.actor.user_id)
        run.progress(3, 3, "three rows")
        return {"text": "done"}

    declare(work, title=gettext_lazy("Cancel"))
    job = services.run_now(services.enqueue("test.work", actor=buyer, name="a", size=2))
    assert seen == {"name": "a", "size": 2, "user": buyer.user_id}
    assert (job.state, job.result, job.done, job.total, job.message) == ("done", {"text": "done"}, 3, 3, "three rows")
    assert job.finished_at is not None
    assert job.title == "Cancel"


@pytest.mark.django_db
def test_a_job_is_refused_without_the_permission_its_kind_names(declare, buyer: Actor) -> None:
    declare(lambda run: None, permission="org.manage")
    with pytest.raises(NotAllowed):
        services.enqueue("test.work", actor=buyer)
    with pytest.raises(NotAllowed):
        services.enqueue("test.work", actor=ANONYMOUS)
    assert not Job.objects.unscoped("test").exists()


@pytest.mark.django_db
def test_rights_taken_away_before_it_starts_are_gone_in_the_job(declare, buyer: Actor) -> None:
    ran = []
    declare(lambda run: ran.append(1), permission="catalog.edit")
    job = services.enqueue("test.work", actor=buyer)
    UserRole.objects.filter(user_id=buyer.user_id).delete()
    job = services.run_now(job)
    assert (job.state, ran) == ("failed", [])
    User.objects.filter(pk=buyer.user_id).update(is_active=False)
    assert services.actor_of(job).is_anonymous


@pytest.mark.django_db
def test_a_token_of_small_scope_does_not_start_a_job_with_all_rights(declare, buyer: Actor) -> None:
    rights: list[frozenset[str]] = []
    declare(lambda run: rights.append(run.actor.permissions))
    token = buyer.narrowed(frozenset({"catalog.view"}))
    services.run_now(services.enqueue("test.work", actor=token))
    assert rights == [frozenset({"catalog.view"})]


@pytest.mark.django_db
def test_a_refusal_ends_the_job_with_its_sentence(declare, buyer: Actor) -> None:
    def work(run: JobRun) -> None:
        raise RuleBroken("The period is closed.")

    declare(work)
    job = services.run_now(services.enqueue("test.work", actor=buyer))
    assert (job.state, job.error, job.attempts) == ("failed", "The period is closed.", 1)


@pytest.mark.django_db
def test_a_fault_is_tried_again_with_pauses_and_parked_after_five(declare, buyer: Actor) -> None:
    def work(run: JobRun) -> None:
        raise ValueError("secret detail: /etc/passwd")

    declare(work)
    job = services.enqueue("test.work", actor=buyer)
    now, states = clock.now(), []
    for _number in range(5):
        with time_machine.travel(now, tick=False):
            assert services.run(job.pk, heartbeat=False)
            assert not services.run(job.pk, heartbeat=False), "not before its pause is over"
            job = fresh(job)
            states.append(job.state)
            now = job.not_before + dt.timedelta(seconds=1)
    assert states == ["queued"] * 4 + ["parked"]
    assert job.attempts == 5
    assert "passwd" not in job.error, "what is shown is a sentence, the rest is in the log"
    with time_machine.travel(now + dt.timedelta(days=1), tick=False):
        assert services.wake_due() == 0


@pytest.mark.django_db
def test_a_parked_job_is_started_again_by_its_owner_and_by_nobody_else(declare, buyer: Actor) -> None:
    declare(lambda run: {"text": "now it works"})
    job = services.enqueue("test.work", actor=buyer)
    Job.objects.unscoped("test").filter(pk=job.pk).update(state="parked", attempts=5, error="x")
    with pytest.raises(NotAllowed):
        services.retry(job, actor=person("other@example.com", "buyer"))
    services.retry(job, actor=buyer)
    with pytest.raises(RuleBroken):
        services.retry(job, actor=buyer)
    assert services.run_now(job).state == "done"


@pytest.mark.django_db
def test_a_waiting_job_is_cancelled_at_once_and_never_runs(declare, buyer: Actor) -> None:
    ran = []
    declare(lambda run: ran.append(1))
    job = services.cancel(services.enqueue("test.work", actor=buyer), actor=buyer)
    assert job.state == "cancelled"
    assert not services.run(job.pk)
    assert ran == []
    with pytest.raises(RuleBroken):
        services.cancel(job, actor=buyer)


@pytest.mark.django_db
def test_a_running_job_stops_at_its_next_sign_of_progress(declare, buyer: Actor, monkeypatch) -> None:
    monkeypatch.setattr(running, "PROGRESS_EVERY", 0)
    done = []

    def work(run: JobRun) -> None:
        for row in range(10):
            run.progress(row, 10)
            done.append(row)
            if row == 3:
                services.cancel(fresh(run.job), actor=buyer)

    declare(work)
    job = services.run_now(services.enqueue("test.work", actor=buyer))
    assert (job.state, done) == ("cancelled", [0, 1, 2, 3])
    assert job.error == ""


@pytest.mark.django_db
def test_a_cancelled_job_whose_worker_died_is_not_run_again(declare, buyer: Actor) -> None:
    ran = []
    declare(lambda run: ran.append(1))
    job = services.enqueue("test.work", actor=buyer)
    services._claim(job.pk)
    services.cancel(fresh(job), actor=buyer)
    with time_machine.travel(clock.now() + dt.timedelta(minutes=2), tick=False):
        assert not services.run(job.pk, heartbeat=False)
    assert (fresh(job).state, ran) == ("cancelled", [])


@pytest.mark.django_db
def test_others_neither_see_nor_cancel_it_and_the_keeper_of_jobs_does(declare, buyer: Actor) -> None:
    declare(lambda run: None)
    job = services.enqueue("test.work", actor=buyer)
    other = person("other@example.com", "buyer")
    keeper = person("admin@example.com", "administrator")
    assert list(Job.objects.visible_to(buyer)) == [job]
    assert not Job.objects.visible_to(other).exists()
    assert not Job.objects.visible_to(ANONYMOUS).exists()
    assert Job.objects.visible_to(keeper).exists()
    with pytest.raises(NotAllowed):
        services.cancel(job, actor=other)
    assert fresh(job).state == "queued"
    assert services.cancel(job, actor=keeper).state == "cancelled"


@pytest.mark.django_db
def test_progress_writes_little_and_knows_the_time_left(declare, buyer: Actor, django_assert_max_num_queries) -> None:
    def work(run: JobRun) -> None:
        with django_assert_max_num_queries(3):
            for row in range(1000):
                run.progress(row, 1001)

    declare(work)
    assert services.run_now(services.enqueue("test.work", actor=buyer)).state == "done"
    now = clock.now()
    job = Job(state="running", started_at=now - dt.timedelta(seconds=30), done=250, total=1000)
    assert (job.percent, job.seconds_left(now)) == (25, 90)
    assert Job(state="running").seconds_left(now) is None


@pytest.mark.django_db(transaction=True)
def test_progress_inside_a_transaction_waits_for_its_end(declare) -> None:
    """On SQLite a second writer would wait for the first for ever, and a rollback would take the figure with it."""

    def work(run: JobRun) -> None:
        with transaction.atomic():
            run.progress(5, 10, "inside")
            assert fresh(run.job).done == 0

    declare(work)
    job = services.run_now(services.enqueue("test.work", actor=SYSTEM))
    assert (job.state, job.done) == ("done", 5)

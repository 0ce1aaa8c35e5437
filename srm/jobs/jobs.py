"""The ticker's own duties: deliver, wake, tidy."""

from __future__ import annotations

import datetime as dt

from django.contrib.sessions.models import Session
from django.utils import timezone

from srm.core import clock
from srm.jobs import services
from srm.jobs.models import WHY, Job
from srm.jobs.ticker import daily, every
from srm.outbox import services as outbox
from srm.rest import idempotency

DELIVERY_THREADS = 4
KEEP_JOBS_DAYS = 90


@every(2, name="outbox.deliver", lane="delivery")
def deliver() -> int:
    """Send what is due. A round is bounded, so that new events get their numbers in between."""
    return outbox.deliver_due(limit=200, workers=DELIVERY_THREADS)


@every(2, name="outbox.dispatch")
def dispatch() -> int:
    """Number new events for the change feed, even while every delivery thread waits for a slow receiver."""
    return outbox.dispatch()


@every(5, name="jobs.wake")
def wake() -> int:
    """Bring back jobs whose worker died, retries that are due, and lost wake-ups."""
    return services.wake_due()


@daily(3, name="jobs.tidy")
def tidy() -> None:
    """Delete what nobody needs: ended sessions, kept answers, old jobs, results of the task queue, old events."""
    now = clock.now()
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    old = now - dt.timedelta(days=KEEP_JOBS_DAYS)
    ended = [Job.State.DONE, Job.State.FAILED, Job.State.CANCELLED]
    Job.objects.unscoped(WHY).filter(state__in=ended, finished_at__lt=old).delete()
    _tidy_task_results(now - dt.timedelta(days=7))
    while idempotency.forget_old():
        pass
    outbox.clean_up()


def _tidy_task_results(before: dt.datetime) -> None:
    """The queue keeps a row per wake-up; ours are worthless once the job has run."""
    from django_tasks_db.models import DBTaskResult

    DBTaskResult.objects.filter(enqueued_at__lt=before).exclude(status="READY").delete()

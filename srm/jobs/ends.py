"""How a job ends: the fenced last write, and whom to tell."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import transaction
from django.db.models import F, QuerySet

from srm.core import clock
from srm.jobs.models import WHY, Job
from srm.jobs.registry import KINDS

log = logging.getLogger("srm.jobs")
Listener = Callable[[Job], None]
_listeners: list[Listener] = []


def when_job_ends(listener: Listener) -> Listener:
    """Let an upper room know of ended jobs (notify tells the one who started it), in the transaction of the end."""
    _listeners.append(listener)
    return listener


def mine(job: Job) -> QuerySet:
    """The job's row as long as this attempt owns it: `job` carries the fence of its claim."""
    return Job.objects.unscoped(WHY).filter(pk=job.pk, fence=job.fence, state=Job.State.RUNNING)


def finish(job: Job, state: str, error: str, **values) -> bool:
    """Write the end of this attempt and tell of it; False, and nothing written, when the lease is no longer ours."""
    with transaction.atomic():
        if not mine(job).update(state=state, error=error, finished_at=clock.now(), lease_until=None, **values):
            return False
        _tell(job.pk)
    return True


def park(job: Job, reason: str) -> None:
    """Take a job out of the queue without running it, for people to look at."""
    rows = Job.objects.unscoped(WHY).filter(pk=job.pk, fence=job.fence, state__in=Job.OPEN)
    with transaction.atomic():
        if rows.update(
            state=Job.State.PARKED, error=reason, finished_at=clock.now(), lease_until=None, fence=F("fence") + 1
        ):
            _tell(job.pk)


def _tell(job_id: int) -> None:
    """Tell the listeners; a failure to tell does not undo the work."""
    job = Job.objects.unscoped(WHY).get(pk=job_id)
    if job.state == Job.State.CANCELLED or (job.kind in KINDS and not KINDS[job.kind].notice):
        return
    for listener in _listeners:
        try:
            with transaction.atomic():
                listener(job)
        except Exception:
            log.exception("telling the end of job %s failed", job.public_id)

"""Queueing jobs, running them, and looking after them."""

from __future__ import annotations

import datetime as dt
import logging
from contextlib import nullcontext
from dataclasses import replace

from django.db import transaction
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext as _

from srm.core import clock
from srm.core.actor import SYSTEM, Actor
from srm.core.errors import DomainError, NotAllowed, RuleBroken
from srm.jobs import ends
from srm.jobs.models import WHY, Job
from srm.jobs.registry import JobKind, kind_of
from srm.jobs.run import Cancelled, Heartbeat, JobRun, LeaseLost
from srm.people.actors import actor_for
from srm.people.models import User

log = logging.getLogger("srm.jobs")
PAUSES = (5, 30, 120, 600)
WAKE_AGAIN = 60


def enqueue(kind: str, *, actor: Actor, title: object = "", **args) -> Job:
    """Queue a job in the caller's transaction: if that rolls back, there is no job. `args` are plain JSON.

    Raises:
        NotAllowed: the actor lacks the permission the kind names.
    """
    declared = kind_of(kind)
    if declared.permission and not actor.may(declared.permission):
        raise NotAllowed
    with translation.override(actor.language):
        shown = str(title or declared.title)[:200]
    with transaction.atomic():
        job = Job.objects.unscoped(WHY).create(
            kind=kind, title=shown, args=args, user_id=actor.user_id, actor=_snapshot(actor), woken_at=clock.now()
        )
        _wake(job.pk)
    return job


def cancel(job: Job, *, actor: Actor) -> Job:
    """Stop a job: a waiting one at once, a running one at its next sign of progress.

    Raises:
        NotAllowed: it is somebody else's.
        RuleBroken: it has ended.
    """
    _own_or_manage(job, actor)
    now = clock.now()
    rows = Job.objects.unscoped(WHY).filter(pk=job.pk)
    if rows.filter(state=Job.State.QUEUED).update(
        state=Job.State.CANCELLED, finished_at=now, cancel_asked_at=now, fence=F("fence") + 1
    ):
        job.refresh_from_db()
        return job
    if not rows.filter(state=Job.State.RUNNING).update(cancel_asked_at=now):
        raise RuleBroken(_("This job has ended already."))
    job.refresh_from_db()
    return job


def retry(job: Job, *, actor: Actor) -> Job:
    """Queue a stopped, refused or cancelled job once more, with fresh attempts.

    Raises:
        NotAllowed: it is somebody else's.
        RuleBroken: it is waiting, running or done.
    """
    _own_or_manage(job, actor)
    ended = [Job.State.PARKED, Job.State.FAILED, Job.State.CANCELLED]
    now = clock.now()
    changed = Job.objects.unscoped(WHY).filter(pk=job.pk, state__in=ended).update(
        state=Job.State.QUEUED, attempts=0, done=0, total=None, message="", error="", finished_at=None,
        cancel_asked_at=None, not_before=now, woken_at=now, fence=F("fence") + 1,
    )  # fmt: skip
    if not changed:
        raise RuleBroken(_("Only a job that stopped can be started again."))
    _wake(job.pk)
    job.refresh_from_db()
    return job


# ---------------------------------------------------------------------------------------------------- running


def run(job_id: int, *, heartbeat: bool = True) -> bool:
    """Claim and run one job if it is due; False when somebody else has it or it has ended. Called by the worker."""
    claimed = _claim(job_id)
    if claimed is None:
        return False
    job, declared = claimed
    with translation.override(job.actor.get("language") or "en"):
        _attempt(job, declared, heartbeat)
    return True


def run_now(job: Job) -> Job:
    """Run a queued job in this process and return it refreshed; for tests, and for commands that wait."""
    Job.objects.unscoped(WHY).filter(pk=job.pk, state=Job.State.QUEUED).update(not_before=clock.now())
    run(job.pk, heartbeat=False)
    job.refresh_from_db()
    return job


def _claim(job_id: int) -> tuple[Job, JobKind] | None:
    """Take a queued job, or a running one whose lease has run out. The update is conditional on the fence read."""
    now = clock.now()
    free = Q(state=Job.State.QUEUED, not_before__lte=now) | Q(state=Job.State.RUNNING, lease_until__lt=now)
    job = Job.objects.unscoped(WHY).filter(free, pk=job_id).first()
    if job is None:
        return None
    if job.cancel_asked_at:
        _bury(job)
        return None
    try:
        declared = kind_of(job.kind)
    except KeyError as fault:
        ends.park(job, str(fault))
        return None
    if job.attempts >= declared.attempts:
        ends.park(job, _("It stopped its worker %(n)s times.") % {"n": job.attempts})
        return None
    claimed = Job.objects.unscoped(WHY).filter(free, pk=job_id, fence=job.fence).update(
        state=Job.State.RUNNING, fence=F("fence") + 1, attempts=F("attempts") + 1, started_at=now, done=0,
        lease_until=now + dt.timedelta(seconds=declared.lease),
    )  # fmt: skip
    if not claimed:
        return None
    job.refresh_from_db()
    return job, declared


def _bury(job: Job) -> None:
    """Its worker died after the user had asked to stop: there is nothing left to run."""
    Job.objects.unscoped(WHY).filter(pk=job.pk, fence=job.fence, state__in=Job.OPEN).update(
        state=Job.State.CANCELLED, finished_at=clock.now(), lease_until=None, fence=F("fence") + 1
    )


def _attempt(job: Job, declared: JobKind, heartbeat: bool) -> None:
    """Run the handler once and note how it ended; every write is fenced."""
    handle = JobRun(job, declared.lease, declared.limit, actor_of(job))
    try:
        if declared.permission and not handle.actor.may(declared.permission):
            raise NotAllowed
        with Heartbeat(handle) if heartbeat else nullcontext():
            result = declared.handler(handle, **job.args)
        if not handle.completed:
            handle.complete(result)
    except LeaseLost:
        log.warning("lease of job %s was lost", job.public_id)
    except Cancelled:
        ends.finish(job, Job.State.CANCELLED, "")
    except DomainError as refusal:
        ends.finish(job, Job.State.FAILED, str(refusal))
    except Exception as fault:
        log.exception("job %s (%s) failed", job.public_id, job.kind)
        _again(job, declared, fault)


def _again(job: Job, declared: JobKind, fault: Exception) -> None:
    """Queue another attempt after a pause, or park it after the last."""
    if job.attempts >= declared.attempts:
        reason = _("It failed %(n)s times. An administrator can see why in the log.") % {"n": job.attempts}
        ends.finish(job, Job.State.PARKED, f"{reason} ({type(fault).__name__})")
        return
    pause = PAUSES[min(job.attempts, len(PAUSES)) - 1]
    ends.mine(job).update(
        state=Job.State.QUEUED, lease_until=None, not_before=clock.now() + dt.timedelta(seconds=pause), woken_at=None,
        error=_("An error occurred. It is tried again shortly."),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ looking after


def wake_due(limit: int = 200) -> int:
    """Send to the workers what should run and has nobody: retries that are due, dead workers' jobs, lost wake-ups."""
    now = clock.now()
    asleep = Q(woken_at=None) | Q(woken_at__lt=now - dt.timedelta(seconds=WAKE_AGAIN))
    rows = Job.objects.unscoped(WHY).filter(
        Q(state=Job.State.QUEUED, not_before__lte=now) | Q(state=Job.State.RUNNING, lease_until__lt=now), asleep
    )
    woken = 0
    for job_id in list(rows.order_by("id").values_list("pk", flat=True)[:limit]):
        with transaction.atomic():
            if rows.filter(pk=job_id).update(woken_at=now):
                _wake(job_id)
                woken += 1
    return woken


def actor_of(job: Job) -> Actor:
    """The actor a job runs as: the account as it is now, so that rights taken away since are gone here too."""
    if job.user_id is None:
        return SYSTEM
    actor = actor_for(User.objects.filter(pk=job.user_id).first(), request_id=job.actor.get("request_id", ""))
    if "permissions" in job.actor:
        actor = actor.narrowed(frozenset(job.actor["permissions"]))
    return replace(actor, on_behalf_of=job.actor.get("on_behalf_of"), language=job.actor.get("language", "en"))


def _snapshot(actor: Actor) -> dict:
    """What the job must remember of who started it: never more rights than that actor had (a token's may be few)."""
    if actor.user_id is None:
        if actor.kind != "system":
            raise NotAllowed
        return {"language": actor.language, "request_id": actor.request_id}
    return {
        "permissions": sorted(actor.permissions),
        "on_behalf_of": actor.on_behalf_of,
        "language": actor.language,
        "request_id": actor.request_id,
    }


def _own_or_manage(job: Job, actor: Actor) -> None:
    if not (actor.may("jobs.manage") or (actor.user_id is not None and job.user_id == actor.user_id)):
        raise NotAllowed


def _wake(job_id: int) -> None:
    from srm.jobs.worker import run_job

    run_job.enqueue(job_id)

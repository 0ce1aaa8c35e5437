"""The handle a running job holds: progress, cancellation, and proof that it still owns its lease."""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time

from django.db import connection, transaction

from srm.core import clock
from srm.core.actor import Actor
from srm.jobs import ends
from srm.jobs.models import Job

log = logging.getLogger("srm.jobs")
PROGRESS_EVERY = 0.5


class LeaseLost(Exception):
    """The lease ran out and somebody else has the job: stop, and write nothing more."""


class Cancelled(Exception):
    """The user asked to stop."""


class JobRun:
    """One attempt at a job. `actor` is the one who started it, with the rights he has now."""

    def __init__(self, job: Job, lease: int, limit: int, actor: Actor) -> None:
        self.job = job
        self.actor = actor
        self.attempt = job.attempts
        self._lease = lease
        self._ends = time.monotonic() + limit
        self._written = 0.0
        self._progress: dict = {}
        self.completed = False

    def progress(self, done: int, total: int | None = None, message: object = "") -> None:
        """Say how far it is; cheap enough for every row (written twice a second at most).

        Call it between transactions: inside one nothing can be written apart from it, so the figure waits.

        Raises:
            Cancelled: the user asked to stop.
            LeaseLost: another worker has taken over.
        """
        self._progress = {"done": done, "total": total, "message": str(message)[:200]}
        now = time.monotonic()
        if (now - self._written < PROGRESS_EVERY and done != total) or in_transaction():
            return
        self._written = now
        self._write(**self._progress)

    def check(self) -> None:
        """Renew the lease without news; raises like `progress`."""
        if not in_transaction():
            self._write()

    def hold(self) -> None:
        """Lock the job's row inside the transaction that writes the effect, and prove that it is still ours.

        A worker that was paused past its lease comes here too late and is refused, so no effect happens twice.

        Raises:
            LeaseLost: another worker has taken over.
            Cancelled: the user asked to stop.
        """
        row = self._mine().select_for_update().values_list("cancel_asked_at").first()
        if row is None:
            raise LeaseLost
        if row[0] is not None:
            raise Cancelled

    def complete(self, result: dict | None = None) -> None:
        """Mark the job done inside the transaction of its effect: both are kept, or neither, and so is the notice.

        Raises:
            LeaseLost: another worker has taken over; the transaction must not commit.
        """
        with transaction.atomic():
            if not ends.finish(self.job, Job.State.DONE, "", result=result, **self._progress):
                raise LeaseLost
        self.completed = True

    def _mine(self):
        return ends.mine(self.job)

    def _write(self, **values) -> None:
        if time.monotonic() > self._ends:
            raise TimeoutError("the job took longer than its kind allows")
        until = clock.now() + dt.timedelta(seconds=self._lease)
        if not self._mine().filter(cancel_asked_at=None).update(lease_until=until, **values):
            if self._mine().exists():
                raise Cancelled
            raise LeaseLost


class Heartbeat:
    """Renews the lease from a thread while a handler computes for long without saying anything."""

    def __init__(self, run: JobRun) -> None:
        self._run = run
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="job-heartbeat", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(self, *_exc) -> None:
        self._stop.set()
        self._thread.join(timeout=30)

    def _beat(self) -> None:
        pause = max(1.0, self._run._lease / 3)
        try:
            while not self._stop.wait(pause):
                try:
                    self._run._write()
                except (Cancelled, LeaseLost, TimeoutError):
                    return  # the handler learns it from its next progress(), or loses its lease
                except Exception:
                    log.warning("heartbeat of job %s failed", self._run.job.public_id, exc_info=True)
        finally:
            connection.close()


def in_transaction() -> bool:
    """Whether a transaction of the handler's own is open (the one a test case wraps around everything is not)."""
    return any(not block._from_testcase for block in transaction.get_connection().atomic_blocks)

"""What time demands: tasks that upper rooms hang on the ticker, and the loop that runs them.

Tasks are grouped in lanes; each lane is a thread, so a webhook that hangs never delays a deadline. A task must be
idempotent and short, and takes care of its own transactions. When it fails it is logged, counted and tried again.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.utils.timezone import localtime

from srm.core import clock
from srm.core.ids import new_public_id
from srm.jobs.models import Lease, TickerTask

log = logging.getLogger("srm.ticker")
LEASE = "ticker"
LEASE_SECONDS = 15
ROUND = 2.0


@dataclass(frozen=True)
class Task:
    """`seconds` between runs, or `hour` of the day in the installation's time zone."""

    name: str
    function: Callable[[], object]
    lane: str
    seconds: float = 0
    hour: int | None = None

    def next_after(self, moment: dt.datetime) -> dt.datetime:
        """When it runs next, having run at `moment`."""
        if self.hour is None:
            return moment + dt.timedelta(seconds=self.seconds)
        local = localtime(moment, ZoneInfo(settings.TIME_ZONE))
        then = local.replace(hour=self.hour, minute=0, second=0, microsecond=0)
        return then if then > local else then + dt.timedelta(days=1)


TASKS: dict[str, Task] = {}


def every(seconds: float, *, name: str = "", lane: str = "main") -> Callable:
    """Run the decorated function about every `seconds` while the ticker lives.

    Lanes: "main" for what must be punctual (due events), "delivery" for sending, "slow" for housekeeping.
    """
    return _registers(lambda function: Task(name or _name(function), function, lane, seconds=seconds))


def daily(hour: int, *, name: str = "", lane: str = "slow") -> Callable:
    """Run the decorated function once a day at `hour`; a day missed while the ticker was down is made up for once."""
    return _registers(lambda function: Task(name or _name(function), function, lane, hour=hour))


def _registers(build: Callable[[Callable], Task]) -> Callable:
    def register(function: Callable) -> Callable:
        task = build(function)
        if task.name in TASKS:
            raise RuntimeError(f"two ticker tasks are called {task.name!r}")
        TASKS[task.name] = task
        return function

    return register


def _name(function: Callable) -> str:
    return f"{function.__module__.removeprefix('srm.')}.{function.__name__}"


# ------------------------------------------------------------------------------------------------ running tasks


def run_task(task: Task) -> bool:
    """Run one task and note how it went; whether it succeeded."""
    begun = time.monotonic()
    error = ""
    try:
        task.function()
    except Exception as fault:
        log.exception("ticker task %s failed", task.name)
        error = f"{type(fault).__name__}: {fault}"[:500]
    _note(task, time.monotonic() - begun, error)
    return not error


def _note(task: Task, seconds: float, error: str) -> None:
    """Frequent tasks are noted only when their state changes or once a minute: an idle ticker should not write."""
    now = clock.now()
    row, created = TickerTask.objects.get_or_create(name=task.name)
    recent = row.last_at is not None and now - row.last_at < dt.timedelta(seconds=60)
    if not created and task.hour is None and recent and not error and not row.last_error:
        return
    row.last_at, row.last_seconds, row.last_error = now, round(seconds, 3), error
    row.failures = row.failures + 1 if error else 0
    row.next_at = task.next_after(now)
    if error and task.hour is not None:
        row.next_at = now + dt.timedelta(minutes=min(60, 5 * row.failures))
    row.save()


def run_once() -> int:
    """Run every task that is due by its stored time, in this thread; how many ran. Daily ones only when due."""
    now = clock.now()
    stored = dict(TickerTask.objects.values_list("name", "next_at"))
    due = [task for task in TASKS.values() if task.hour is None or _daily_due(task, stored, now)]
    for task in due:
        run_task(task)
    return len(due)


def _daily_due(task: Task, stored: dict, now: dt.datetime) -> bool:
    """A daily task met for the first time waits for its hour; the row remembers for which."""
    next_at = stored.get(task.name)
    if next_at is None:
        TickerTask.objects.update_or_create(name=task.name, defaults={"next_at": task.next_after(now)})
        return False
    return next_at <= now


# ----------------------------------------------------------------------------------------------------- the loop


class Ticker:
    """The process's loop: holds the lease, runs the lanes, stops gently."""

    def __init__(self, interval: float = ROUND) -> None:
        self.holder = new_public_id()
        self.interval = interval
        self.stopping = threading.Event()
        self.leading = threading.Event()

    def stop(self, *_signal) -> None:
        """Finish the running tasks and leave; for signal handlers."""
        self.stopping.set()

    def run(self) -> None:
        """Work until stopped. Without the lease it only waits for it: another ticker is at work."""
        lanes = [threading.Thread(target=self._lane, args=(lane,), name=f"lane-{lane}") for lane in _lanes()]
        for thread in lanes:
            thread.start()
        try:
            self._keep_lease()
        finally:
            self.stopping.set()
            for thread in lanes:
                thread.join()
            Lease.release(LEASE, self.holder)
            connection.close()

    def _keep_lease(self) -> None:
        """Renew well before the lease runs out, apart from the lanes, so that a long task does not lose it."""
        held_until = 0.0
        while not self.stopping.is_set():
            asked = time.monotonic()
            try:
                held = Lease.take(LEASE, self.holder, LEASE_SECONDS)
                held_until = asked + LEASE_SECONDS if held else 0.0
            except Exception:
                log.warning("lease not renewed", exc_info=True)
                connection.close()
            self.leading.set() if time.monotonic() < held_until else self.leading.clear()
            self.stopping.wait(LEASE_SECONDS / 4)

    def _lane(self, lane: str) -> None:
        tasks = [task for task in TASKS.values() if task.lane == lane]
        next_run = {task.name: 0.0 for task in tasks}
        try:
            while not self.stopping.is_set():
                if self.leading.is_set():
                    self._round(tasks, next_run)
                self.stopping.wait(min(self.interval, 2.0) if self.leading.is_set() else 0.2)
        finally:
            connection.close()

    def _round(self, tasks: list[Task], next_run: dict[str, float]) -> None:
        now, stored = clock.now(), None
        for task in tasks:
            if self.stopping.is_set() or not self.leading.is_set():
                return
            if next_run[task.name] > time.monotonic():
                continue
            try:
                if task.hour is not None:
                    stored = stored or dict(TickerTask.objects.values_list("name", "next_at"))
                    next_run[task.name] = time.monotonic() + 30
                    if not _daily_due(task, stored, now):
                        continue
                else:
                    next_run[task.name] = time.monotonic() + task.seconds
                run_task(task)
            except Exception:  # the database is away: the loop outlives it
                log.warning("tick of %s failed", task.name, exc_info=True)
            connection.close_if_unusable_or_obsolete()


def _lanes() -> list[str]:
    return sorted({task.lane for task in TASKS.values()})

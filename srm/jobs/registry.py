"""Kinds of jobs. Rooms declare them in their jobs.py with `@job`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass

Handler = Callable[..., "dict | None"]


@dataclass(frozen=True)
class JobKind:
    """`lease` seconds without a sign of life mean the worker is dead; `limit` seconds end even a living one."""

    name: str
    title: object
    handler: Callable[..., dict | None]
    permission: str
    lease: int
    limit: int
    attempts: int
    notice: bool


KINDS: dict[str, JobKind] = {}
MAX_ATTEMPTS = 5


def job(
    name: str,
    *,
    title: object = "",
    permission: str = "",
    lease: int = 60,
    limit: int = 3600,
    attempts: int = MAX_ATTEMPTS,
    notice: bool = True,
) -> Callable[[Handler], Handler]:
    """Declare `def handler(run: JobRun, **args) -> dict | None` as the work of job kind `name` ("room.verb").

    `permission` is asked for when the job is queued and again when it starts: rights may have gone in between. The
    handler opens its own `unit_of_work()`s, calls `run.progress` between them, and may be run again after a kill, so
    it either does its effect and `run.complete(...)` in one transaction or does nothing twice. `notice=False` spares
    the user the notice at the end.
    """

    def register(handler: Handler) -> Handler:
        if name in KINDS:
            raise RuntimeError(f"two jobs are called {name!r}")
        KINDS[name] = JobKind(name, title or name, handler, permission, lease, limit, attempts, notice)
        return handler

    return register


def kind_of(name: str) -> JobKind:
    """The declared kind; KeyError with a plain sentence when no room declares it."""
    try:
        return KINDS[name]
    except KeyError:
        raise KeyError(f"no room declares a job called {name!r}") from None

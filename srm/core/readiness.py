"""What must hold before this process may serve: rooms declare checks, /readyz runs them.

A check returns sentences for the operator: none when all is well. Faults of a check with `warning=True` are shown but
do not take the process out of service (a late ticker is a reason to look, not to stop the pages).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

Check = Callable[[], Iterable[str]]


@dataclass(frozen=True)
class ReadyCheck:
    """One declared check."""

    name: str
    run: Check
    warning: bool


CHECKS: dict[str, ReadyCheck] = {}


def ready_check(name: str, *, warning: bool = False) -> Callable[[Check], Check]:
    """Declare a check in a room's readiness.py: `def check() -> list of what is wrong`, quick, read-only."""

    def register(function: Check) -> Check:
        CHECKS[name] = ReadyCheck(name, function, warning)
        return function

    return register

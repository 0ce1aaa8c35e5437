"""Two people at the same moment: threads with connections of their own, stopped at the worst place.

A race test is worth something only with its positive control: the same two people with the lock taken away, where the
harm must happen. Both run through `at_once`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

from django.db import connection

from srm.audit import services as audit
from srm.flow.uow import unit_of_work

# As long as a thread waits for the other one at the meeting place. With the lock in place the other never comes,
# because it stands before the lock; without it both are there at once.
PATIENCE = 1.0


def meeting_place(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, after which its two callers wait for each other: both have read, none has written."""
    barrier = threading.Barrier(2)

    def met(*args: Any, **options: Any) -> Any:
        answer = function(*args, **options)
        with suppress(threading.BrokenBarrierError):
            barrier.wait(PATIENCE)
        return answer

    return met


def at_once(*tasks: Callable[[], Any], edge: Callable[[], AbstractContextManager] = unit_of_work) -> list[Any]:
    """Run every task in a thread and a unit of work of its own; their answers or exceptions, in order."""
    answers: list[Any] = [None] * len(tasks)

    def run(position: int, task: Callable[[], Any]) -> None:
        try:
            with edge():
                answers[position] = task()
        except Exception as fault:
            answers[position] = fault
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads), "a thread hangs"
    return answers


@contextmanager
def without_transaction() -> Iterator[None]:
    """The edge with its transaction taken away, for positive controls: every statement stands for itself, none locks."""
    features = connection.features
    locks = features.has_select_for_update
    features.has_select_for_update = False
    try:
        with audit.collecting():
            yield
    finally:
        features.has_select_for_update = locks

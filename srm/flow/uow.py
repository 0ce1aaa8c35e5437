"""The one durable transaction of a request, job or command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from srm.audit import services as audit


@contextmanager
def unit_of_work() -> Iterator[None]:
    """Everything inside commits together or not at all: change, idempotency record, outbox rows, audit events.

    Opened at the edge only (view, API, job, command); services inside use plain `transaction.atomic()`.
    """
    with transaction.atomic(durable=True), audit.collecting():
        yield
        audit.flush()


@contextmanager
def savepoint() -> Iterator[None]:
    """A part that may fail while the rest stands: rolled back together with what it would have told the log."""
    with audit.taken_back_on_failure(), transaction.atomic():
        yield


def require() -> None:
    """Refuse a write outside a unit of work.

    Raises:
        audit.services.NoUnitOfWork
    """
    if not audit.is_collecting():
        raise audit.NoUnitOfWork("open unit_of_work() at the edge first")

"""Time. Everything reads it here, so that tests can set it and deadlines have one judge."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection
from django.utils import timezone

_set_to: ContextVar[dt.datetime | None] = ContextVar("clock_set_to", default=None)


def now() -> dt.datetime:
    """The server's time in UTC."""
    return _set_to.get() or timezone.now()


def today() -> dt.date:
    """Today's date in the installation's time zone."""
    return timezone.localdate(now())


@contextmanager
def set_to(moment: dt.datetime) -> Iterator[None]:
    """Play at `moment`: the demo company lives through its past by the same moves as everybody. Never used by edges."""
    token = _set_to.set(moment)
    try:
        yield
    finally:
        _set_to.reset(token)


def db_now() -> dt.datetime:
    """The wall clock that judges deadlines: read it after the row lock.

    PostgreSQL's now() is the start of the transaction, so a transaction that waited for a lock across the deadline
    would still look punctual; clock_timestamp() does not. SQLite lives in this process and shares its clock.
    """
    if connection.vendor == "postgresql" and _set_to.get() is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            return cursor.fetchone()[0]
    return now()

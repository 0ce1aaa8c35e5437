"""Time. Everything reads it here, so that tests can set it and deadlines have one judge."""

import datetime as dt

from django.db import connection
from django.utils import timezone


def now() -> dt.datetime:
    """The server's time in UTC."""
    return timezone.now()


def today() -> dt.date:
    """Today's date in the installation's time zone."""
    return timezone.localdate()


def db_now() -> dt.datetime:
    """The wall clock that judges deadlines: read it after the row lock.

    PostgreSQL's now() is the start of the transaction, so a transaction that waited for a lock across the deadline
    would still look punctual; clock_timestamp() does not. SQLite lives in this process and shares its clock.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            return cursor.fetchone()[0]
    return now()

"""Pieces of SQL for passes over whole tables, where a row in Python would cost too much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from srm.core import clock
from srm.core.ids import new_public_id

# 16 random bytes as 22 characters of the URL alphabet, like `core.ids`; a version 4 UUID has six fixed bits, which are
# in the bytes that are cut out here.
_PUBLIC_ID = """translate(encode(substring(uuid_send(gen_random_uuid()) FROM 1 FOR 6)
    || substring(uuid_send(gen_random_uuid()) FROM 10 FOR 7)
    || substring(uuid_send(gen_random_uuid()) FROM 1 FOR 3), 'base64'), '+/=', '-_')"""


def on_postgres() -> bool:
    """Whether the statements run on PostgreSQL; else on SQLite."""
    return connection.vendor == "postgresql"


def public_id() -> str:
    """An expression that gives each row a new public id. On SQLite the connection learns the function."""
    if on_postgres():
        return _PUBLIC_ID
    connection.ensure_connection()
    connection.connection.create_function("new_public_id", 0, new_public_id)
    return "new_public_id()"


def now() -> Any:
    """The time as the database's column keeps it."""
    return connection.ops.adapt_datetimefield_value(clock.now())


def narrowed(rows: QuerySet, alias: str) -> tuple[str, Sequence[Any]]:
    """(condition, parameters): `AND <alias>.id IN (...)`, empty when `rows` does not narrow."""
    if not rows.query.where.children:
        return "", ()
    try:
        sql, params = rows.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return "AND 1 = 0", ()
    return f"AND {alias}.id IN ({sql})", params

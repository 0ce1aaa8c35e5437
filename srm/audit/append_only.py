"""The database refuses to change what may only be added to.

Models with `append_only = True` get triggers against UPDATE and DELETE, installed after every migration, because
SQLite drops a table's triggers silently when a migration rebuilds the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connection

_SENTENCE = "rows of {table} may only be added"


def tables() -> list[str]:
    """Names of the guarded tables."""
    return sorted(model._meta.db_table for model in apps.get_models() if getattr(model, "append_only", False))


def install() -> None:
    """(Re)create the triggers of every guarded table that exists."""
    existing = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'rows of % may only be added', TG_TABLE_NAME; END $$"
            )
        for table in tables():
            if table in existing:
                for statement in _create(table):
                    cursor.execute(statement)


def remove() -> None:
    """Drop the triggers; only `lifted` does this."""
    with connection.cursor() as cursor:
        for table in tables():
            for event in ("update", "delete", "truncate"):
                on = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{event}{on}")


def missing() -> list[str]:
    """Guarded tables that lack a trigger."""
    query = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        found = {row[0] for row in cursor.fetchall()}
    return [table for table in tables() if not {f"{table}_no_update", f"{table}_no_delete"} <= found]


@contextmanager
def lifted() -> Iterator[None]:
    """Without the triggers, for emptying a test database between tests."""
    remove()
    try:
        yield
    finally:
        install()


def _create(table: str) -> list[str]:
    statements = []
    if connection.vendor == "postgresql":
        statements.append(
            f"CREATE OR REPLACE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    for event in ("update", "delete"):
        name = f"{table}_no_{event}"
        if connection.vendor == "postgresql":
            statements.append(
                f"CREATE OR REPLACE TRIGGER {name} BEFORE {event.upper()} ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            )
        else:
            statements.append(f"DROP TRIGGER IF EXISTS {name}")
            statements.append(
                f"CREATE TRIGGER {name} BEFORE {event.upper()} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{_SENTENCE.format(table=table)}'); END"
            )
    return statements

"""Writing thousands of rows at once: the way in for what happened elsewhere and is over.

An import of past orders cannot perform ten thousand moves: nobody decides anything any more, and nobody shall be told
by mail that an order of 2009 was sent. So its rows are *born in a state*, past `perform` and `records.create`, and
what these two would have done is done once per run: the import has checked every value before, one audit event per
run and kind says how many rows of which digest came (`note`), and followers hear of new master data (`events_of`).
Nothing but imports uses this; documents that somebody works with are made by their services.

A `Batch` turns rows into what the database takes before the transaction begins, so that the one writer of SQLite is
busy for as short as it can be: `COPY` on PostgreSQL, one prepared statement on SQLite.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any

from django.db import connection, models, transaction

from srm.audit import services as audit
from srm.core.actor import Actor
from srm.flow import uow
from srm.outbox.models import OutboxEvent


def reserve_keys(model: type[models.Model], count: int) -> Sequence[int]:
    """`count` primary keys that nobody else will get; call it before the transaction. Unused ones are lost, no harm."""
    if not count:
        return []
    table = model._meta.db_table
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
            )
            return [row[0] for row in cursor.fetchall()]
        last = f'(SELECT COALESCE(MAX(id), 0) FROM "{table}")'  # noqa: S608 - the table's own name
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        if cursor.fetchone() is None:
            cursor.execute(f"INSERT INTO sqlite_sequence (name, seq) SELECT %s, {last}", [table])
        cursor.execute(f"UPDATE sqlite_sequence SET seq = MAX(seq, {last}) + %s WHERE name = %s", [count, table])  # noqa: S608
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        end = cursor.fetchone()[0]
    return range(end - count + 1, end + 1)


class Keys:
    """Primary keys for rows whose number is not known beforehand, reserved a block at a time."""

    def __init__(self, model: type[models.Model], block: int = 64) -> None:
        self.model, self.block = model, block
        self._left: list[int] = []

    def take(self) -> int:
        """A key that nobody else has."""
        if not self._left:
            self._left = list(reversed(reserve_keys(self.model, self.block)))
            self.block *= 4
        return self._left.pop()


class Batch:
    """New rows of one model, made ready: each instance has its key and all its values."""

    def __init__(self, model: type[models.Model], rows: Iterable[models.Model]) -> None:
        self.model = model
        self.fields = list(model._meta.concrete_fields)
        readers = [_reader(field) for field in self.fields]
        self.rows = [[read(row) for read in readers] for row in rows]
        self._digest = hashlib.sha256()
        for row in self.rows:
            self._digest.update("\x1f".join(map(str, row)).encode())

    def __len__(self) -> int:
        return len(self.rows)

    def put(self, name: str, values: Sequence[Any]) -> None:
        """Fill in what is only known inside the transaction (numbers), row by row; plain values only."""
        at = next(index for index, field in enumerate(self.fields) if field.attname == name)
        for row, value in zip(self.rows, values, strict=True):
            row[at] = value
        self._digest.update("\x1f".join(map(str, values)).encode())

    def write(self) -> int:
        """Insert the rows; returns how many."""
        uow.require()
        if self.rows:
            quote = connection.ops.quote_name
            target = (
                f"{quote(self.model._meta.db_table)} ({', '.join(quote(str(field.column)) for field in self.fields)})"
            )
            with connection.cursor() as cursor:
                _insert(cursor, target, self.rows)
        return len(self.rows)

    def digest(self) -> str:
        """SHA-256 over all that was written: what the log remembers of the rows."""
        return self._digest.hexdigest()


def _reader(field: models.Field) -> Callable[[models.Model], Any]:
    """A function from an instance to what the database takes; short for the kinds that need no translation."""
    if isinstance(field, (models.ForeignKey, models.IntegerField)):
        return attrgetter(field.attname)
    if isinstance(field, models.CharField | models.TextField):
        read = attrgetter(field.attname)
        return lambda row: text if type(text := read(row)) is str or text is None else str(text)
    return lambda row: field.get_db_prep_save(field.pre_save(row, True), connection)


def _insert(cursor: Any, target: str, rows: list[list[Any]]) -> None:
    if connection.vendor == "postgresql":
        with cursor.copy(f"COPY {target} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join(["%s"] * len(rows[0]))
    cursor.executemany(f"INSERT INTO {target} VALUES ({marks})", rows)  # noqa: S608 - names of tables and columns


def note(batch: Batch, *, actor: Actor, run: models.Model, **facts: Any) -> None:
    """One event for all rows of a kind: how many, their digest, and what else tells them apart from others."""
    kind = batch.model._meta.label_lower
    changes = {"count": [0, len(batch)], "sha256": [None, batch.digest()]}
    changes |= {name: [None, value] for name, value in facts.items()}
    what = f"{batch.model._meta.verbose_name_plural}: {len(batch)}"
    audit.record(actor=actor, verb="imported", subject=run, changes={"kind": [None, kind], **changes}, reason=what)


def events_of(rows: Iterable[models.Model], verb: str) -> Batch:
    """What followers hear of new master data, an event per row as `records.create` writes it, ready to be written."""
    events = [_event(row, verb) for row in rows if getattr(row, "feed", "")]
    for event, key in zip(events, reserve_keys(OutboxEvent, len(events)), strict=True):
        event.pk = key
    return Batch(OutboxEvent, events)


def _event(row: Any, verb: str) -> OutboxEvent:
    key = audit.public_id_of(row)
    payload = {"id": key, "kind": row.feed, "verb": verb, "text": str(row), **row.feed_payload()}
    entity = getattr(row, "legal_entity_id", None)
    return OutboxEvent(kind=f"{row.feed}.{verb}", key=key, payload=audit.plain(payload), legal_entity_id=entity)

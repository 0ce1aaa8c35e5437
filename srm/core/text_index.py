"""An index of three-letter pieces over `search_text`, so that a word is found inside 100,000 texts without reading them.

PostgreSQL: a GIN index of pg_trgm, used by LIKE by itself. SQLite: an FTS5 table with the trigram tokenizer beside the
model's table, kept by triggers, asked by a subquery. Both are put in place after every migration, because SQLite drops
a table's triggers silently when a migration rebuilds the table.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.apps import apps
from django.db import connection, models
from django.db.models import Q
from django.db.models.expressions import RawSQL

from srm.core import words

PIECE = 3


def install() -> None:
    """(Re)create the index of every model with `indexed_search = True` whose table exists, and know its words."""
    existing = set(connection.introspection.table_names())
    models_here = [
        model for model in apps.get_models()
        if getattr(model, "indexed_search", False) and model._meta.db_table in existing
    ]  # fmt: skip
    for model in models_here:
        table = model._meta.db_table
        _install_postgresql(table) if connection.vendor == "postgresql" else _install_sqlite(table)
    if words.KnownWord._meta.db_table in existing and not words.KnownWord.objects.exists():
        for model in models_here:  # rows of an installation that is older than this index
            words.learn(model._base_manager.values_list("search_text", flat=True).iterator())


def holding(model: type[models.Model], asked: Sequence[Sequence[str]]) -> Q:
    """Rows whose text holds, of every word of `asked`, at least one of its spellings."""
    condition, pieces = Q(), []
    for spellings in asked:
        if _asks_fts(model) and all(len(word) >= PIECE for word in spellings):
            pieces.append("(" + " OR ".join(_quoted(word) for word in spellings) + ")")
            continue
        any_of = Q()
        for word in spellings:
            any_of |= Q(search_text__contains=word)
        condition &= any_of
    if pieces:
        table = model._meta.db_table
        sql = f"SELECT rowid FROM {table}_fts WHERE {table}_fts MATCH %s"  # noqa: S608 - the table's own name
        condition &= Q(pk__in=RawSQL(sql, [" AND ".join(pieces)]))  # noqa: S611 - the words are a parameter
    return condition


def _asks_fts(model: type[models.Model]) -> bool:
    return connection.vendor == "sqlite" and getattr(model, "indexed_search", False)


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def _install_postgresql(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        cursor.execute(f'CREATE INDEX IF NOT EXISTS {table}_pieces ON "{table}" USING gin (search_text gin_trgm_ops)')


def _install_sqlite(table: str) -> None:
    fts = f"{table}_fts"
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM sqlite_master WHERE name = %s OR name LIKE %s", [fts, f"{fts}_on_%"])
        if cursor.fetchone()[0] == 1 + len(_TRIGGERS):
            return
        cursor.execute(
            f"CREATE VIRTUAL TABLE IF NOT EXISTS {fts} USING fts5"
            f"(search_text, content='{table}', content_rowid='id', tokenize='trigram')"
        )
        for name, event, statements in _TRIGGERS:
            cursor.execute(f"DROP TRIGGER IF EXISTS {fts}_on_{name}")
            body = " ".join(statement.format(fts=fts) for statement in statements)
            cursor.execute(f'CREATE TRIGGER {fts}_on_{name} AFTER {event} ON "{table}" BEGIN {body} END')
        cursor.execute(f"INSERT INTO {fts} ({fts}) VALUES ('rebuild')")  # noqa: S608


_ADD = "INSERT INTO {fts} (rowid, search_text) VALUES (new.id, new.search_text);"
_DROP = "INSERT INTO {fts} ({fts}, rowid, search_text) VALUES ('delete', old.id, old.search_text);"
_TRIGGERS = (
    ("insert", "INSERT", (_ADD,)),
    ("update", "UPDATE OF search_text", (_DROP, _ADD)),
    ("delete", "DELETE", (_DROP,)),
)

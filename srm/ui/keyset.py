"""Pages by key: "the 25 rows after this one", never "rows 100,000 to 100,025" and never a count.

A page costs the same at the front and at the end of a million rows. The order comes from the list's allow-list, is made
total by the primary key, and follows the database's natural place of NULL (first in SQLite, last in PostgreSQL), so a
plain index serves it in both directions. Cursors are signed: nobody probes hidden values with made-up ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core import signing
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import connections, models
from django.db.models import F, Func, Q, QuerySet

from srm.core.search import ranks

SALT = "srm.ui.keyset"
Sorts = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Key:
    """One column of an order: its path, direction, whether it can be NULL, and the model field behind it."""

    path: str
    descending: bool
    nullable: bool
    source: models.Field | None
    alias: str = ""

    def reversed(self) -> Key:
        return Key(self.path, not self.descending, self.nullable, self.source, self.alias)

    def order(self) -> Any:
        return F(self.path).desc() if self.descending else F(self.path).asc()

    def value_of(self, row: models.Model) -> Any:
        return getattr(row, self.alias or self.path)

    def parse(self, text: Any) -> Any:
        """The value from a cursor in the column's own type."""
        return text if text is None or self.source is None else self.source.to_python(text)

    def dump(self, value: Any) -> Any:
        if value is None or isinstance(value, (int, str, bool)):
            return value
        return self.source.value_to_string(_Holder(self.source, value)) if self.source else str(value)


class _Holder:
    """Lets a model field serialise a value that sits in no row."""

    def __init__(self, source: models.Field, value: Any) -> None:
        setattr(self, source.attname, value)


@dataclass(frozen=True)
class Slice:
    """One page: its rows, and the cursors of its neighbours (None where there is none)."""

    rows: list = field(default_factory=list)
    next: str | None = None
    previous: str | None = None


class RowCompare(Func):
    """`(a, b) > (x, y)`: the one comparison that starts in the middle of an index with ties."""

    output_field = models.BooleanField()
    conditional = True

    def __init__(self, columns: Sequence[Any], values: Sequence[Any], operator: str) -> None:
        super().__init__(*columns, *values)
        self.operator = operator

    def as_sql(self, compiler: Any, connection: Any, **options: Any) -> tuple[str, list]:
        parts, params = [], []
        for expression in self.source_expressions:
            sql, found = compiler.compile(expression)
            parts.append(sql)
            params.extend(found)
        half = len(parts) // 2
        return f"({', '.join(parts[:half])}) {self.operator} ({', '.join(parts[half:])})", params


def sorts_of(sorts: Sorts, filterset: Any, text: str) -> Sorts:
    """The orders of a list: while a ranked list is searched for `text`, the best hits first, then the usual order."""
    if not getattr(filterset, "ranked", False) or not ranks(filterset._meta.model, text):
        return sorts
    return {"best": ("match", *next(iter(sorts.values()))), **sorts}


def paginate(
    queryset: QuerySet,
    *,
    sorts: Sorts,
    sort: str = "",
    cursor: str = "",
    per_page: int = 25,
    decorate: Callable[[QuerySet], QuerySet] | None = None,
) -> Slice:
    """The page of `queryset` that `cursor` names, in the order called `sort` in the allow-list `sorts`.

    An unknown sort means the first of the list, a foreign or stale cursor the first page. With `decorate`, the page's
    ids are cut first and costly annotations are added for those rows alone.
    """
    name = sort if sort in sorts else next(iter(sorts))
    keys = keys_of(queryset.model, sorts[name])
    backward, values = read_cursor(cursor, name, keys)
    whole, queryset = queryset, queryset.select_related(None) if decorate else queryset
    rows = _fetch(queryset, keys, values, backward, per_page)
    if backward and len(rows) <= per_page:
        # Rows before the cursor were deleted meanwhile: show a full first page instead of a stump.
        backward, values = False, None
        rows = _fetch(queryset, keys, None, False, per_page)
    more = len(rows) > per_page
    rows = rows[:per_page]
    if backward:
        rows.reverse()
    has_next = bool(rows) and (backward or more)
    has_previous = bool(rows) and (more if backward else values is not None)
    ends = (write_cursor(name, keys, rows[-1], False) if has_next else None,
            write_cursor(name, keys, rows[0], True) if has_previous else None)  # fmt: skip
    return Slice(_decorated(whole, rows, decorate), *ends)


def keys_of(model: type[models.Model], order: Sequence[str]) -> list[Key]:
    """The columns of an order, ended by the primary key so that no two rows tie."""
    pk = model._meta.pk.name
    names = [name.replace("pk", pk) if name.lstrip("-") == "pk" else name for name in order]
    if names[-1].lstrip("-") != pk:
        names.append(f"-{pk}" if names[-1].startswith("-") else pk)
    return [_key(model, name, position) for position, name in enumerate(names)]


def _key(model: type[models.Model], name: str, position: int) -> Key:
    path, descending = name.lstrip("-"), name.startswith("-")
    nullable, source, current = False, None, model
    for part in path.split("__"):
        try:
            source = current._meta.get_field(part)
        except FieldDoesNotExist:  # an annotation: nothing is known of it, so NULL is possible
            return Key(path, descending, True, None, "")
        nullable = nullable or source.null
        current = source.related_model or current
    return Key(path, descending, nullable, source, f"_key_{position}" if "__" in path else "")


def read_cursor(cursor: str, sort: str, keys: Sequence[Key]) -> tuple[bool, list | None]:
    """(backward, values) of a cursor made for this order; (False, None), the first page, for anything else."""
    if not cursor:
        return False, None
    try:
        made_for, backward, values = signing.Signer(salt=SALT).unsign_object(cursor)
        if made_for != sort or len(values) != len(keys):
            return False, None
        return bool(backward), [key.parse(value) for key, value in zip(keys, values, strict=True)]
    except (signing.BadSignature, ValidationError, ValueError, TypeError):
        return False, None


def write_cursor(sort: str, keys: Sequence[Key], row: models.Model, backward: bool) -> str:
    """An opaque name for "what comes after (or before) `row`"."""
    values = [key.dump(key.value_of(row)) for key in keys]
    return signing.Signer(salt=SALT).sign_object([sort, int(backward), values])


def _fetch(queryset: QuerySet, keys: list[Key], values: list | None, backward: bool, per_page: int) -> list:
    directed = [key.reversed() for key in keys] if backward else keys
    rows = queryset.annotate(**{key.alias: F(key.path) for key in keys if key.alias})
    if values is not None:
        nulls_large = connections[queryset.db].vendor == "postgresql"
        rows = rows.filter(after(directed, values, nulls_large=nulls_large))
    return list(rows.order_by(*(key.order() for key in directed))[: per_page + 1])


def after(keys: Sequence[Key], values: Sequence[Any], *, nulls_large: bool) -> Q:
    """The condition "comes strictly after the row with these values in this order"."""
    directions = {key.descending for key in keys}
    if len(directions) == 1 and not any(key.nullable for key in keys):
        columns = [F(key.path) for key in keys]
        constants = [models.Value(value, output_field=key.source) for key, value in zip(keys, values, strict=True)]
        return Q(RowCompare(columns, constants, "<" if directions.pop() else ">"))
    condition = Q(pk__in=[])
    for key, value in reversed(list(zip(keys, values, strict=True))):
        equal = Q(**{f"{key.path}__isnull": True}) if value is None else Q(**{key.path: value})
        condition = _beyond(key, value, nulls_large) | (equal & condition)
    first, start = keys[0], values[0]
    if not first.nullable:  # says nothing new, but lets the database start in the middle of the index
        condition &= Q(**{f"{first.path}__{'lte' if first.descending else 'gte'}": start})
    return condition


def _beyond(key: Key, value: Any, nulls_large: bool) -> Q:
    """Strictly after `value` in one column, counting NULL where this database sorts it."""
    nulls_last = nulls_large != key.descending
    is_null = Q(**{f"{key.path}__isnull": True})
    if value is None:
        return Q(pk__in=[]) if nulls_last else Q(**{f"{key.path}__isnull": False})
    further = Q(**{f"{key.path}__{'lt' if key.descending else 'gt'}": value})
    return further | is_null if nulls_last and key.nullable else further


def _decorated(queryset: QuerySet, rows: list, decorate: Callable[[QuerySet], QuerySet] | None) -> list:
    if decorate is None or not rows:
        return rows
    found = {row.pk: row for row in decorate(queryset.filter(pk__in=[row.pk for row in rows]).order_by())}
    return [found[row.pk] for row in rows if row.pk in found]

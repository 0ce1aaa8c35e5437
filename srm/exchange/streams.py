"""Rows of a queryset in portions by key: constant memory, no OFFSET, any length."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connections
from django.db.models import F, QuerySet
from django.db.models.expressions import OrderBy

from srm.ui import keyset

PORTION = 1000


def portions(queryset: QuerySet, *, size: int = PORTION) -> Iterator[list[Any]]:
    """The rows of `queryset` in its order, `size` at a time; an order that is no list of columns becomes that of the key."""
    keys = keyset.keys_of(queryset.model, _order_of(queryset))
    nulls_large = connections[queryset.db].vendor == "postgresql"
    rows = queryset.annotate(**{key.alias: F(key.path) for key in keys if key.alias})
    rows = rows.order_by(*(key.order() for key in keys))
    values: list[Any] | None = None
    while True:
        some = list(
            (rows if values is None else rows.filter(keyset.after(keys, values, nulls_large=nulls_large)))[:size]
        )
        if some:
            yield some
        if len(some) < size:
            return
        values = [key.value_of(some[-1]) for key in keys]


def _order_of(queryset: QuerySet) -> list[str]:
    names = []
    for entry in queryset.query.order_by:
        if isinstance(entry, str) and entry != "?":
            names.append(entry)
        elif isinstance(entry, OrderBy) and isinstance(entry.expression, F):
            name = entry.expression.name  # type: ignore[attr-defined]
            names.append(f"-{name}" if entry.descending else name)
        else:
            return ["pk"]
    return names or ["pk"]

"""The sheet of a list: the one it declares, else the columns of its table, so that whatever is shown can be taken along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.exchange.columns import Col, field_of
from srm.exchange.sheets import Sheet
from srm.ui import tables
from srm.ui.pages import ListPage
from srm.ui.tables import look_up

# Narrow kinds first: a price is an amount, an amount is a number.
_KINDS: tuple[tuple[type[tables.Column], str], ...] = (
    (tables.PriceColumn, "price"), (tables.MoneyColumn, "amount"), (tables.NumberColumn, "quantity"),
    (tables.DateColumn, "date"), (tables.TimeColumn, "moment"), (tables.FlagColumn, "bool"),
)  # fmt: skip


def sheet_of(page: type[ListPage]) -> type[Sheet] | None:
    """The sheet of a list; None where the list is not exported."""
    if page.sheet is not None or not page.exportable or page.table is None:
        return page.sheet
    columns = list(_columns(page.table))
    return type(f"{page.__name__}Sheet", (Sheet,), {"model": page.model, "title": page.title, "columns": columns})


def _columns(table: type[tables.Table]) -> Iterator[Col]:
    for name, column in table.base_columns.items():
        if column.exclude_from_export:
            continue
        kind = next((kind for known, kind in _KINDS if isinstance(column, known)), "text")
        yield Col(name, _Heading(table, name), kind=kind, source=_Value(column, name, kind), way="out")
        if hint := getattr(column, "hint", ""):
            yield Col(f"{name}_hint", _hint_label(table, hint), source=_Hint(hint), way="out")
        if path := getattr(column, "currency", None):
            yield Col(f"{name}_currency", gettext_lazy("Currency"), source=_Hint(path), way="out")
        if path := getattr(column, "unit", None):
            yield Col(f"{name}_unit", gettext_lazy("Unit"), source=_Hint(path), way="out")


class _Heading:
    """A column's heading, in the language of whoever reads it."""

    def __init__(self, table: type[tables.Table], name: str) -> None:
        self.table, self.name = table, name

    def __str__(self) -> str:
        return self.table.heading(self.name)


class _Value:
    """What a column says of a row: figures and days as they are, everything else in words."""

    def __init__(self, column: Any, name: str, kind: str) -> None:
        self.column, self.name, self.kind = column, name, kind

    def __call__(self, row: Any) -> Any:
        value = self.column.plain(row, self.name)
        if value is None or self.kind not in {"text", "bool"}:
            return value
        if self.kind == "bool":
            return str(self.column.text(value, row))
        label = getattr(row, f"get_{self.column.path(self.name)}_display", None)
        if label is not None:
            return str(label())
        words = [value] if isinstance(value, str) or not isinstance(value, Iterable) else value
        return ", ".join(str(word) for word in words)


class _Hint:
    """What stands at a path, in words."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __call__(self, row: Any) -> Any:
        value = look_up(row, self.path)
        return None if value is None else str(value)


def _hint_label(table: type[tables.Table], path: str) -> Any:
    """The name of the field behind a grey second line; "more" where it is none."""
    field = field_of(table._meta.model, path.replace("__", "."))
    return _FieldName(field) if field is not None else gettext_lazy("More")


class _FieldName:
    def __init__(self, field: Any) -> None:
        self.field = field

    def __str__(self) -> str:
        return capfirst(str(self.field.verbose_name)) or _("More")

"""Tables: columns that know how their kind of value is written, and rows that are links.

A table is declared like any django-tables2 table. `Rendered` prints it in plain Python, one string per cell: a page of
25 rows costs a fraction of a millisecond per row, and the same code serves lists, cards and panels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import django_tables2
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Manager, Model
from django.utils.functional import cached_property
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django_tables2.tables import DeclarativeColumnsMetaclass

from srm.core.actor import Actor
from srm.ui import formats
from srm.ui.links import url_of
from srm.ui.tones import tone_of

NONE = mark_safe('<span class="q-none" aria-hidden="true">–</span>')


@lru_cache(maxsize=4096)
def _parts(path: str) -> tuple[str, ...]:
    return tuple(path.replace("__", ".").split("."))


def look_up(row: Any, path: str) -> Any:
    """`row.a.b`, `row["a"]["b"]`; methods are called; None as soon as a step is None."""
    value = row
    for part in _parts(path):
        if value is None:
            return None
        value = value.get(part) if isinstance(value, Mapping) else getattr(value, part, None)
        if callable(value) and not isinstance(value, (type, Model, Manager)):
            value = value()
    return value


class Column(django_tables2.Column):
    """Base: text from `accessor` (the column's name by default); `hint` is a path for a grey second line."""

    css = ""
    numeric = False

    def __init__(self, verbose_name: Any = None, *, accessor: Any = None, sort: str = "", hint: str = "", link: bool = False,
                 wide: bool = False, **options: Any) -> None:  # fmt: skip
        self.compute = accessor if callable(accessor) else None
        super().__init__(verbose_name=verbose_name, accessor=None if self.compute else accessor, **options)
        self.sort, self.hint, self.links, self.wide = sort, hint, link, wide

    def path(self, name: str) -> str:
        return str(self.accessor or name)

    def text(self, value: Any, row: Any) -> Any:
        """The value as shown; escape by hand or leave it to the caller."""
        return value

    def is_needed(self, rows: Sequence[Any]) -> bool:
        """Whether a page with these rows shows it; a chosen column that says no takes no room."""
        return True

    def cell(self, row: Any, name: str) -> SafeString:
        """The inside of one cell."""
        value = self.plain(row, name)
        shown = NONE if value is None or value == "" or value == [] else conditional_escape(self.text(value, row))
        if self.links and value is not None and (address := url_of(value)):
            shown = f'<a href="{escape(address)}">{shown}</a>'
        if self.hint and (hint := look_up(row, self.hint)):
            shown = f"{shown}<small>{conditional_escape(hint)}</small>"
        return SafeString(shown)

    def plain(self, row: Any, name: str) -> Any:
        """The value itself, for exports and tests."""
        return self.compute(row) if self.compute else look_up(row, self.path(name))


class TextColumn(Column):
    """Words."""


class LinkColumn(Column):
    """Another object with its own page."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, link=True, **options)


class NumberColumn(Column):
    """A bare number, right-aligned in tabular figures."""

    css, numeric = "num", True

    def __init__(self, *args: Any, places: int | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.places = places

    def text(self, value: Any, row: Any) -> Any:
        return formats.number(value, self.places)


class MoneyColumn(NumberColumn):
    """An amount; `currency` is the path of its currency, or None when the heading names it."""

    def __init__(self, *args: Any, currency: str | None = "currency", **options: Any) -> None:
        super().__init__(*args, **options)
        self.currency = currency

    def text(self, value: Any, row: Any) -> Any:
        return formats.money(value, look_up(row, self.currency) if self.currency else "")


class PriceColumn(MoneyColumn):
    """A unit price, up to six decimals; `per` is the path of how many units it is for."""

    def __init__(self, *args: Any, per: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self.per = per

    def text(self, value: Any, row: Any) -> Any:
        currency = look_up(row, self.currency) if self.currency else ""
        return formats.price(value, currency, look_up(row, self.per) if self.per else 1)


class QuantityColumn(NumberColumn):
    """A quantity with the unit found at `unit`."""

    def __init__(self, *args: Any, unit: str | None = "unit", **options: Any) -> None:
        super().__init__(*args, **options)
        self.unit = unit

    def text(self, value: Any, row: Any) -> Any:
        return formats.quantity(value, look_up(row, self.unit) if self.unit else "")


class PercentColumn(NumberColumn):
    """A share of 1."""

    def text(self, value: Any, row: Any) -> Any:
        return formats.percent(value)


class DateColumn(Column):
    """A day."""

    css = "q-date"

    def text(self, value: Any, row: Any) -> Any:
        return formats.day(value)


class TimeColumn(Column):
    """A day with the time."""

    css = "q-date"

    def text(self, value: Any, row: Any) -> Any:
        return formats.moment(value)


class FlagColumn(Column):
    """Yes or no, in words; `yes` and `no` may say it better ("active", "")."""

    def __init__(self, *args: Any, yes: Any = None, no: Any = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.yes, self.no = yes, no

    def text(self, value: Any, row: Any) -> Any:
        return (_("yes") if self.yes is None else self.yes) if value else (_("no") if self.no is None else self.no)


class ChoiceColumn(Column):
    """The label of a field with choices."""

    def cell(self, row: Any, name: str) -> SafeString:
        label = getattr(row, f"get_{self.path(name)}_display", None)
        return mark_safe(conditional_escape(label()) if label else super().cell(row, name))


class StateColumn(Column):
    """A dot and the word; never the colour alone."""

    def cell(self, row: Any, name: str) -> SafeString:
        holder, path = row, self.path(name)
        if "." in path or "__" in path:
            head, _dot, path = path.replace("__", ".").rpartition(".")
            holder = look_up(row, head)
        if holder is None:
            return NONE
        return state_html(holder, path)


class QuadrantColumn(Column):
    """A place in the matrix: its colour and its word."""

    def text(self, value: Any, row: Any) -> Any:
        return quadrant_html(value)


class TagColumn(Column):
    """One word, or several, each in a pale box."""

    def text(self, value: Any, row: Any) -> Any:
        words = [value] if isinstance(value, str) or not isinstance(value, Iterable) else value
        return mark_safe(" ".join(format_html('<span class="q-tag">{}</span>', word) for word in words))


class BarColumn(NumberColumn):
    """How much of `of` is reached: a bar with both figures in words."""

    def __init__(self, *args: Any, of: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.of = of

    def text(self, value: Any, row: Any) -> Any:
        return bar_html(value, look_up(row, self.of))


def state_html(holder: Any, field: str = "state") -> SafeString:
    """Dot and word of a state."""
    value = getattr(holder, field, "") or ""
    label = getattr(holder, f"get_{field}_display", lambda: value)()
    tone = tone_of(value, type(holder))
    return format_html('<span class="q-state"><i class="q-dot q-dot-{}"></i>{}</span>', tone, label)


def quadrant_html(value: Any) -> SafeString:
    """The quadrant's dot and word."""
    names = {"strategic": _("strategic"), "leverage": _("leverage"), "bottleneck": _("bottleneck"),
             "noncritical": _("non-critical"), "non_critical": _("non-critical")}  # fmt: skip
    key = str(value or "")
    if key not in names:
        return NONE
    return format_html(
        '<span class="q-state"><i class="q-dot q-quadrant-{}"></i>{}</span>', key.replace("_", ""), names[key]
    )


def bar_html(value: Any, total: Any) -> SafeString:
    """A small bar: `value` of `total`."""
    share = min(100, max(0, round(float(value or 0) / float(total) * 100))) if total else 0
    words = _("%(part)s of %(whole)s") % {"part": formats.number(value or 0), "whole": formats.number(total or 0)}
    return format_html(
        '<span class="q-bar"><span class="q-bar-text">{}</span><svg viewBox="0 0 100 4" preserveAspectRatio="none" '
        'aria-hidden="true"><rect class="q-bar-all" width="100" height="4"/><rect class="q-bar-part" width="{}" '
        'height="4"/></svg></span>',
        words, share,
    )  # fmt: skip


class _Meta(DeclarativeColumnsMetaclass):
    """Columns are those declared; a model in Meta only lends headings."""

    def __new__(mcs, name, bases, attrs):
        meta = attrs.get("Meta")
        attrs["hidden"] = tuple(getattr(meta, "hidden", ()))
        if meta is not None and getattr(meta, "fields", None) is None:
            attrs["Meta"] = type("Meta", (meta,), {"fields": ()})
        return super().__new__(mcs, name, bases, attrs)


class Table(django_tables2.Table, metaclass=_Meta):
    """Base of our tables. `Meta.model` lends headings, `Meta.hidden` names columns that are off until chosen."""

    hidden: tuple[str, ...] = ()

    @classmethod
    def heading(cls, name: str) -> str:
        """The heading of a column: its own words, or the model field's."""
        column = cls.base_columns[name]
        if column.verbose_name is not None:
            return str(column.verbose_name)
        model = cls._meta.model
        try:
            return (
                capfirst(str(model._meta.get_field(name).verbose_name)) if model else capfirst(name.replace("_", " "))
            )
        except FieldDoesNotExist:
            return capfirst(name.replace("_", " "))


@dataclass(frozen=True)
class Head:
    """A heading; `order` is the query that sorts by it, `direction` "", "asc" or "desc"."""

    name: str
    label: str
    css: str
    order: str
    direction: str


@dataclass(frozen=True)
class Row:
    """A printed row."""

    id: str
    label: str
    url: str | None
    cells: SafeString


class Rendered:
    """A table with its rows, printed for one reader."""

    def __init__(
        self, table: type[Table], rows: Sequence[Any], *, actor: Actor | None = None, chosen: Sequence[str] | None = None,
        sorts: Mapping[str, Any] | None = None, sort: str = "", query: str = "", link: Callable[[Any], str | None] | None = url_of,
        ticks: bool = False,
    ) -> None:  # fmt: skip
        self.table, self.objects, self.actor = table, rows, actor
        self.sorts, self.sort, self.query = sorts or {}, sort, query
        self.link, self.ticks = link, ticks
        known = list(table.base_columns)
        self.names = [name for name in (chosen or []) if name in known] or [n for n in known if n not in table.hidden]

    @property
    def choices(self) -> list[tuple[str, str, bool]]:
        """(name, heading, shown) of all columns: the chosen ones first, in their order."""
        rest = [name for name in self.table.base_columns if name not in self.names]
        return [(name, self.table.heading(name), name in self.names) for name in [*self.names, *rest]]

    @cached_property
    def columns(self) -> list[tuple[str, Any]]:
        """The chosen columns that these rows need."""
        known = self.table.base_columns
        return [(name, known[name]) for name in self.names if known[name].is_needed(self.objects)]

    @cached_property
    def heads(self) -> list[Head]:
        return [self._head(name) for name, _column in self.columns]

    def _head(self, name: str) -> Head:
        column = self.table.base_columns[name]
        key = getattr(column, "sort", "") or name
        up, down = key, f"-{key}"
        direction = "asc" if self.sort == up else "desc" if self.sort == down else ""
        target = (
            down
            if direction == "asc" and down in self.sorts
            else up
            if up in self.sorts
            else down
            if down in self.sorts
            else ""
        )
        order = f"?{self.query}{'&' if self.query else ''}sort={target}" if target else ""
        return Head(name, self.table.heading(name), getattr(column, "css", ""), order, direction)

    @cached_property
    def rows(self) -> list[Row]:
        columns = self.columns
        headings = {head.name: escape(head.label) for head in self.heads}
        return [self._row(row, columns, headings) for row in self.objects]

    def _row(self, row: Any, columns: list[tuple[str, Any]], headings: Mapping[str, str]) -> Row:
        address = self.link(row) if self.link else None
        parts = []
        for position, (name, column) in enumerate(columns):
            inside = column.cell(row, name)
            if position == 0 and address:
                inside = f'<a class="q-row-link" href="{escape(address)}">{inside}</a>'
            css = f' class="{column.css}"' if column.css else ""
            # On the phone cells are laid out as blocks, which would take their roles away.
            tag = 'th scope="row" role="rowheader"' if position == 0 else 'td role="cell"'
            parts.append(f'<{tag}{css} data-label="{headings[name]}">{inside}</{tag[:2]}>')
        identity = str(getattr(row, "public_id", None) or getattr(row, "pk", None) or "")
        return Row(identity, str(row), address, mark_safe("".join(parts)))


def render_ready(table: type[Table], rows: Iterable[Any], actor: Actor | None = None, **options: Any) -> Rendered:
    """A table for a panel or a card: `{% table it %}` prints it."""
    return Rendered(table, list(rows), actor=actor, **options)

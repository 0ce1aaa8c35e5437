"""Columns: declared once, used by template, export, import and mapping."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured
from django.db.models import ForeignKey, Model
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from srm.core.actor import Actor
from srm.exchange import cleaning
from srm.exchange.cleaning import NO_HINTS, CellFault, Hints
from srm.ui.tables import look_up

Find = Callable[[set[str], Actor], Mapping[str, Any]]
KINDS = frozenset(
    {"text", "decimal", "amount", "price", "quantity", "whole", "date", "moment", "bool", "choice", "ref"}
)
NUMERIC = frozenset({"decimal", "amount", "price", "quantity", "whole"})
WIDTHS = {"date": 12, "moment": 17, "bool": 9, "quantity": 12, "whole": 10, "amount": 14, "price": 14, "decimal": 14}
_CLEANERS: dict[str, Callable[[Any, Hints], Any]] = {
    "decimal": cleaning.clean_number,
    "amount": cleaning.clean_amount_cell,
    "price": cleaning.clean_price_cell,
    "quantity": cleaning.clean_quantity_cell,
    "whole": cleaning.clean_whole,
    "date": cleaning.clean_date,
}


@dataclass(frozen=True)
class Col:
    """One column of a sheet.

    Args:
        name: what programs call it; the key of parsed values.
        label: its heading; the model field's name when left out.
        kind: text, decimal, amount, price, quantity, whole, date, moment (export only), bool, choice, ref.
        source: attribute path ("supplier.name") or function of the row; the name when left out.
        required: an empty cell is a fault.
        help: a sentence for who fills in the template.
        choices: (value, label) pairs for "choice"; the model field's when left out.
        find: for "ref": from the texts of many cells to objects, in one query; what is not in the answer is unknown.
        synonyms: other headings that mean this column.
        permission: who may see it in exports; everyone who may export when left out.
        locked: filled in by us in a template, not to be changed.
        way: "out" is exported only, "in" is imported only.
    """

    name: str
    label: Any = ""
    kind: str = "text"
    source: str | Callable[[Any], Any] = ""
    required: bool = False
    max_length: int | None = None
    help: Any = ""
    choices: Sequence[tuple[Any, Any]] | Callable[[], Iterable[tuple[Any, Any]]] = ()
    find: Find | None = None
    synonyms: tuple[str, ...] = ()
    example: Any = ""
    width: float = 0
    permission: str = ""
    locked: bool = False
    way: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ImproperlyConfigured(f"Column {self.name!r} is of no known kind: {self.kind!r}.")
        if self.way not in ("", "in", "out"):
            raise ImproperlyConfigured(f"Column {self.name!r} goes no known way: {self.way!r}.")

    # -- what it is called ---------------------------------------------------

    def heading(self, model: type[Model] | None = None) -> str:
        """The heading in the active language."""
        if self.label:
            return str(self.label)
        field = field_of(model, self.path)
        return capfirst(str(field.verbose_name)) if field is not None else capfirst(self.name.replace("_", " "))

    def headings(self, model: type[Model] | None = None) -> list[str]:
        """Every heading that means this column: in all languages, its name, its synonyms."""
        found = []
        for language, _name in settings.LANGUAGES:
            with translation.override(language):
                found.append(self.heading(model))
        return list(dict.fromkeys([*found, self.name, *self.synonyms]))

    @property
    def path(self) -> str:
        """The attribute path its value comes from, "" when a function gives it."""
        return "" if callable(self.source) else (self.source or self.name)

    def options(self, model: type[Model] | None = None) -> list[tuple[Any, str]]:
        """(value, label in the active language) of a choice."""
        found = self.choices() if callable(self.choices) else self.choices
        if not found and (field := field_of(model, self.path)) is not None:
            found = field.flatchoices
        return [(value, str(label)) for value, label in found]

    # -- out -----------------------------------------------------------------

    def getter(self, model: type[Model] | None = None) -> Callable[[Any], Any]:
        """A function from a row to the value to write."""
        if callable(self.source):
            return self.source
        path = self.path
        if self.kind == "choice":
            labels = dict(self.options(model))
            return lambda row: labels.get(value := look_up(row, path), value)
        if "." not in path:
            return lambda row: _plain(getattr(row, path))
        return lambda row: _plain(look_up(row, path))

    # -- in ------------------------------------------------------------------

    def reader(self, hints: Hints = NO_HINTS, model: type[Model] | None = None) -> Callable[[Any], Any]:
        """A function from a cell to its value, None for an empty one; it raises CellFault with the reason.

        A "ref" stays text; `RowParser` looks it up.
        """
        read = self._read_filled(hints, model)

        def value_of(raw: Any) -> Any:
            empty = is_empty(raw) or (isinstance(raw, str) and hints.is_blank(raw))
            value = None if empty else read(raw)
            if self.required and (value is None or value == ""):
                raise CellFault(_("This must be filled in."))
            return None if value == "" else value

        return value_of

    def _read_filled(self, hints: Hints, model: type[Model] | None) -> Callable[[Any], Any]:
        if self.kind in _CLEANERS:
            clean = _CLEANERS[self.kind]
            return lambda raw: clean(raw, hints)
        if self.kind == "bool":
            return cleaning.clean_bool
        longest = self.max_length or (None if self.kind == "text" else 200)
        if self.kind != "choice":
            return lambda raw: cleaning.clean_text(raw, longest)
        known, offered = self._choice_table(model)
        return lambda raw: _choose(cleaning.clean_text(raw, longest), known, offered)

    def _choice_table(self, model: type[Model] | None) -> tuple[dict[str, Any], str]:
        """Every way to name a choice -> its value, and the choices as a sentence lists them."""
        labels = [label for _value, label in self.options(model)]
        known = {label.casefold(): value for value, label in self.options(model)}
        for language, _name in settings.LANGUAGES:
            with translation.override(language):
                for value, label in self.options(model):
                    known.setdefault(label.casefold(), value)
                    known.setdefault(str(value).casefold(), value)
        return known, ", ".join(labels[:8]) + (", …" if len(labels) > 8 else "")


def _choose(text: str, known: Mapping[str, Any], offered: str) -> Any:
    if text.casefold() not in known:
        values = {"value": cleaning.shown(text), "choices": offered}
        raise CellFault(_("“%(value)s” is not one of: %(choices)s.") % values)
    return known[text.casefold()]


def field_of(model: type[Model] | None, path: str) -> Any:
    """The model field at the end of an attribute path, or None."""
    field, current = None, model
    for part in path.split(".") if path else ():
        if current is None:
            return None
        try:
            field = current._meta.get_field(part)
        except FieldDoesNotExist:
            return None
        current = field.related_model
    return field


def relations_of(model: type[Model], columns: Iterable[Col]) -> list[str]:
    """What to join so that no column asks the database per row."""
    found = []
    for column in columns:
        parts, current, joined = column.path.split("."), model, []
        for part in parts:
            try:
                field = current._meta.get_field(part)
            except FieldDoesNotExist:
                break
            if not isinstance(field, ForeignKey):
                break
            joined.append(part)
            current = field.related_model
        if joined:
            found.append("__".join(joined))
    return list(dict.fromkeys(found))


def is_empty(raw: Any) -> bool:
    """Whether a cell says nothing: missing, or blanks."""
    return raw is None or (isinstance(raw, str) and not raw.strip("\ufeff\u200b \t\r\n\u00a0"))


def as_json(value: Any) -> Any:
    """A parsed value as JSON keeps it; `from_json` brings it back."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dt.date):
        return value.isoformat()
    return getattr(value, "pk", value) if isinstance(value, Model) else value


def from_json(column: Col, value: Any) -> Any:
    """The parsed value that `as_json` kept; a "ref" is its primary key."""
    if value is None:
        return None
    if column.kind in NUMERIC and column.kind != "whole":
        return Decimal(value)
    return dt.date.fromisoformat(value) if column.kind == "date" else value


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return str(value)
    return value() if callable(value) else value

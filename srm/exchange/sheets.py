"""Sheets: a model's columns, declared once, as export, template and import.

class ItemSheet(Sheet):
    model = Item
    columns = [Col("article", required=True), Col("unit", kind="ref", source="unit.code", find=units_by_code), ...]
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, ClassVar

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import InvalidInput
from srm.exchange import guessing
from srm.exchange.columns import WIDTHS, Col, relations_of
from srm.exchange.parsing import ParsedRow, RowParser
from srm.exchange.readers import LIMITS, Limits, read_table
from srm.exchange.streams import portions
from srm.exchange.templates import write_template
from srm.exchange.writers import Column, CsvTable, XlsxBook

Progress = Callable[[int], None]
PARSED_AT_ONCE = 500


class Sheet:
    """A sheet of `model`; never instantiated."""

    model: ClassVar[type[Model] | None] = None
    columns: ClassVar[Sequence[Col]] = ()
    title: ClassVar[Any] = ""
    joins: ClassVar[Sequence[str]] = ()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        names = [column.name for column in cls.columns]
        if len(set(names)) != len(names):
            raise ImproperlyConfigured(f"{cls.__qualname__} has two columns of one name.")

    @classmethod
    def heading(cls) -> str:
        """What the sheet is called."""
        if cls.title or cls.model is None:
            return str(cls.title or cls.__name__)
        return capfirst(str(cls.model._meta.verbose_name_plural))

    # -- out -----------------------------------------------------------------

    @classmethod
    def exported(cls, actor: Actor) -> list[Col]:
        """The columns this actor may see."""
        return [
            column
            for column in cls.columns
            if column.way != "in" and (not column.permission or actor.may(column.permission))
        ]

    @classmethod
    def written_columns(cls, columns: Iterable[Col]) -> list[Column]:
        """How the columns are written."""
        return [
            Column(column.heading(cls.model), *_written_as(column.kind), column.width or WIDTHS.get(column.kind, 22))
            for column in columns
        ]

    @classmethod
    def rows(cls, queryset: QuerySet, columns: Sequence[Col], progress: Progress | None = None) -> Iterator[list[Any]]:
        """The values of every row, in constant memory."""
        getters = [column.getter(cls.model) for column in columns]
        joins = [*relations_of(queryset.model, columns), *cls.joins]
        done = 0
        for some in portions(queryset.select_related(*joins) if joins else queryset):
            for row in some:
                yield [get(row) for get in getters]
            done += len(some)
            if progress:
                progress(done)

    @classmethod
    def export_xlsx(
        cls, queryset: QuerySet, actor: Actor, stream: IO[bytes], *, about: bool = True,
        facts: Sequence[tuple[Any, Any]] = (), progress: Progress | None = None,
    ) -> int:  # fmt: skip
        """Write the rows as XLSX; returns how many. Without `about` the same rows give the same bytes."""
        columns = cls.exported(actor)
        with XlsxBook(stream) as book:
            count = book.write_table(cls.heading(), cls.written_columns(columns), cls.rows(queryset, columns, progress))
            if about:
                book.write_facts(_("About"), about_facts(cls.heading(), actor, count, facts))
        return count

    @classmethod
    def export_csv(
        cls, queryset: QuerySet, actor: Actor, stream: IO[bytes], *, delimiter: str = ",", decimal_mark: str = ".",
        bom: bool = True, progress: Progress | None = None,
    ) -> int:  # fmt: skip
        """Write the rows as CSV; returns how many."""
        columns = cls.exported(actor)
        with CsvTable(stream, bom=bom, delimiter=delimiter, decimal_mark=decimal_mark) as table:
            table.append_rows([[column.heading(cls.model) for column in columns]])
            return table.append_rows(cls.rows(queryset, columns, progress))

    # -- in ------------------------------------------------------------------

    @classmethod
    def imported(cls) -> list[Col]:
        """The columns that are read."""
        return [column for column in cls.columns if column.way != "out"]

    @classmethod
    def template(cls, stream: IO[bytes], actor: Actor, *, rows: Iterable[Any] = ()) -> None:
        """An empty XLSX to fill in; with `rows` the columns are filled from them and locked ones cannot be changed."""
        columns = cls.imported()
        getters = [(lambda row: None) if column.way == "in" else column.getter(cls.model) for column in columns]
        values = [[get(row) for get in getters] for row in rows]
        write_template(stream, cls.heading(), columns, cls.model, values)

    @classmethod
    def template_bytes(cls, actor: Actor, *, rows: Iterable[Any] = ()) -> bytes:
        """`template` as bytes, for an answer."""
        stream = io.BytesIO()
        cls.template(stream, actor, rows=rows)
        return stream.getvalue()

    @classmethod
    def read(cls, path: Path | str, *, actor: Actor, name: str = "", limits: Limits = LIMITS) -> list[ParsedRow]:
        """The lines of a file filled in by the template (headings in any of our languages, columns in any order).

        For sheets of some thousand lines at most; longer ones go through `importer`.

        Raises:
            InvalidInput, TooLarge: the file is refused, or a required column is missing.
        """
        with read_table(path, name=name, limits=limits) as table:
            return cls.parse(list(table), actor=actor)

    @classmethod
    def parse(cls, lines: Sequence[list[Any]], *, actor: Actor) -> list[ParsedRow]:
        """Values and faults of raw lines, the heading among them.

        Raises:
            InvalidInput: a required column is missing.
        """
        columns = cls.imported()
        at = guessing.find_heading(columns, lines, cls.model)
        heading = lines[at] if lines else []
        positions = guessing.guess(columns, heading, lines[at + 1 : at + 101], cls.model)
        if lacking := [
            column.heading(cls.model) for column in columns if column.required and column.name not in positions
        ]:
            sentence = _("The file has no column “%(name)s”. Start from the template.")
            raise InvalidInput({"file": [sentence % {"name": one} for one in lacking]})
        body = list(enumerate(lines[at + 1 :], at + 2))
        hints = {
            name: guessing.hints_from(_kind_of(columns, name), guessing.cells(lines[at + 1 :], position))
            for name, position in positions.items()
        }
        parser = RowParser(columns, positions, actor=actor, model=cls.model, hints=hints)
        return [
            row
            for start in range(0, len(body), PARSED_AT_ONCE)
            for row in parser.parse(body[start : start + PARSED_AT_ONCE])
        ]


def about_facts(title: str, actor: Actor, count: int, more: Sequence[tuple[Any, Any]] = ()) -> list[tuple[Any, Any]]:
    """Who took what out when: marks a file that leaves the house."""
    when = timezone.localtime(clock.now())
    return [
        (_("Content"), title),
        (_("Exported by"), actor.name),
        (_("Exported at"), f"{when:%Y-%m-%d %H:%M %Z}"),
        (_("Rows"), count),
        *more,
    ]


def _written_as(kind: str) -> tuple[str]:
    formats = {"price": "decimal", "moment": "time", "bool": "text", "choice": "text", "ref": "text"}
    return (formats.get(kind, kind),)


def _kind_of(columns: Sequence[Col], name: str) -> str:
    return next(column.kind for column in columns if column.name == name)

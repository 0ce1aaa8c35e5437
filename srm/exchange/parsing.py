"""From raw lines to values and faults, a portion at a time; references are looked up once per portion."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from srm.core.actor import Actor
from srm.exchange import cleaning
from srm.exchange.cleaning import NO_HINTS, CellFault, Hints
from srm.exchange.columns import Col, is_empty


@dataclass(frozen=True)
class Fault:
    """What is wrong with a cell, or, with column "", with the line."""

    column: str
    message: str


@dataclass
class ParsedRow:
    """A line of a table: its number as the user sees it, its cells, the values read from them, what is wrong."""

    line: int
    raw: list[Any]
    values: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    treatment: str = ""
    skipped: str = ""

    @property
    def is_good(self) -> bool:
        return not self.faults

    def skip(self, reason: object) -> None:
        """Leave the line out, for a reason that is no fault: it was imported before."""
        self.skipped = str(reason)

    def blame(self, column: str, message: object) -> None:
        """Note a fault."""
        self.faults.append(Fault(column, str(message)))


class RowParser:
    """Reads lines by `columns`: `positions` says which cell belongs to which, `constants` what all lines have."""

    def __init__(
        self,
        columns: Sequence[Col],
        positions: Mapping[str, int],
        *,
        actor: Actor,
        model: type[Model] | None = None,
        hints: Mapping[str, Hints] | None = None,
        constants: Mapping[str, str] | None = None,
    ) -> None:
        self.constants = constants or {}
        self.columns = [
            column for column in columns if column.name in positions or column.name in self.constants or column.required
        ]
        self.positions = positions
        self.actor = actor
        self.readers = {
            column.name: column.reader((hints or {}).get(column.name, NO_HINTS), model) for column in self.columns
        }

    def parse(self, lines: Iterable[tuple[int, list[Any]]]) -> list[ParsedRow]:
        """The lines that hold anything, parsed; refs resolved."""
        rows = [ParsedRow(number, raw) for number, raw in lines if not all(map(is_empty, raw))]
        for row in rows:
            for column in self.columns:
                self._read(row, column)
        for column in self.columns:
            if column.kind == "ref" and column.find is not None:
                self._resolve(rows, column)
        return rows

    def raw(self, row: ParsedRow, name: str) -> Any:
        """The cell of a column."""
        position = self.positions.get(name)
        if position is None:
            return self.constants.get(name)
        return row.raw[position] if position < len(row.raw) else None

    def _read(self, row: ParsedRow, column: Col) -> None:
        try:
            row.values[column.name] = self.readers[column.name](self.raw(row, column.name))
        except CellFault as fault:
            row.values[column.name] = None
            row.blame(column.name, fault)

    def _resolve(self, rows: list[ParsedRow], column: Col) -> None:
        assert column.find is not None
        texts = {text for row in rows if (text := row.values.get(column.name))}
        found = column.find(texts, self.actor) if texts else {}
        for row in rows:
            text = row.values.get(column.name)
            if text is None:
                continue
            row.values[column.name] = found.get(text)
            if row.values[column.name] is None:
                row.blame(column.name, _("“%(value)s” is not known here.") % {"value": cleaning.shown(text)})

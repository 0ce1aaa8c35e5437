"""Charts: figures first, picture second. Every chart carries its table.

A `Chart` names its columns and rows once; the page shows them as an ECharts picture and as a table, and prints both.
Colours belong to the theme; the four quadrant colours stand for quadrants and for nothing else.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from srm.ui import formats

KINDS = frozenset(
    {"bar", "stack", "share", "line", "step", "area", "scatter", "matrix", "sankey", "radar", "heat", "gantt", "spread"}
)
_numbers = itertools.count(1)


@dataclass
class Chart:
    """One picture with its figures.

    kind: bar (one or more series), stack, share (stack to 100 %), line, step, area, scatter, matrix (x, y, size,
        quadrant), sankey (from, to, value), radar, heat (x, y, value), gantt (what, start, end), spread (what, low,
        median, high).
    columns: (name, heading); the first is the axis of names, the others are series.
    unit: written after the numbers. option: raw ECharts options, merged last. links: a page per row.
    """

    kind: str
    title: Any
    columns: Sequence[tuple[str, Any]]
    rows: Sequence[Sequence[Any]]
    unit: Any = ""
    note: Any = ""
    height: int = 300
    horizontal: bool = False
    option: Mapping[str, Any] = field(default_factory=dict)
    links: Sequence[str | None] = ()

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ImproperlyConfigured(f"There is no chart “{self.kind}”; there are {', '.join(sorted(KINDS))}.")
        self.id = f"chart-{next(_numbers)}"

    @property
    def spoken(self) -> str:
        """What a reader who cannot see the picture is told it shows: its title, else its columns."""
        return str(self.title) or ", ".join(str(heading) for _name, heading in self.columns)

    def as_json(self) -> dict[str, Any]:
        """What charts.js reads."""
        return {
            "kind": self.kind, "title": self.spoken, "unit": str(self.unit), "horizontal": self.horizontal,
            "names": [name for name, _heading in self.columns], "headings": [str(h) for _name, h in self.columns],
            "rows": [[_plain(value) for value in row] for row in self.rows], "links": list(self.links),
            "option": dict(self.option),
        }  # fmt: skip

    def table(self) -> list[tuple[str | None, list[tuple[str, str]]]]:
        """(link, [(text, css)]) of each row, written for the reader."""
        links = [*self.links, *[None] * (len(self.rows) - len(self.links))]
        return [(link, [_written(value) for value in row]) for link, row in zip(links, self.rows, strict=True)]


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    return value if value is None or isinstance(value, (int, float, str, bool)) else str(value)


def _written(value: Any) -> tuple[str, str]:
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value), ""
    if isinstance(value, (int, float, Decimal)):
        return formats.number(value, most=2), "num"
    if isinstance(value, dt.datetime):
        return formats.moment(value), "q-date"
    return (formats.day(value), "q-date") if isinstance(value, dt.date) else (str(value), "")

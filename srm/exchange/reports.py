"""Staged lines for pages and for the report of faults."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import IO, Any

from django.db.models import Count, Min
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from srm.exchange import cleaning
from srm.exchange.columns import NUMERIC, Col
from srm.exchange.importer import ImportKind
from srm.exchange.mapping import SKIP, Plan
from srm.exchange.models import ImportRow, ImportRun
from srm.exchange.writers import Column, XlsxBook
from srm.ui import formats

SHOWN = 200
REASONS = 50
WIDEST = 60


def preview(run: ImportRun, kind: ImportKind, *, only_faults: bool = False, after: int = 0) -> dict[str, Any]:
    """Up to 200 staged lines below line `after`, cell by cell with what is wrong."""
    plan = Plan.from_json(run.mapping)
    columns = [one for one in kind.fields if one.name in plan.columns or one.name in plan.constants]
    rows = run.rows_of(ImportRow.Outcome.REJECTED if only_faults else "").filter(line__gt=after).order_by("line")
    some = list(rows[: SHOWN + 1])
    treatments = {SKIP: _("left out"), **dict(kind.treatments), **dict(kind.findings)}
    return {
        "headings": [(one.heading(kind.model), one.kind in NUMERIC) for one in columns],
        "lines": [_shown(row, columns, plan, treatments) for row in some[:SHOWN]],
        "next": some[SHOWN - 1].line if len(some) > SHOWN else None,
        "only_faults": only_faults,
        "after": after,
    }


def _shown(row: ImportRow, columns: list[Col], plan: Plan, treatments: dict[str, Any]) -> dict[str, Any]:
    return {
        "line": row.line,
        "row": row,
        "treatment": treatments.get(row.treatment, row.treatment),
        "fault": row.fault_at(""),
        "cells": [_cell(row, column, plan) for column in columns],
    }


def _cell(row: ImportRow, column: Col, plan: Plan) -> dict[str, Any]:
    """What was read; where that failed, what stands there and why it failed."""
    fault = row.fault_at(column.name)
    position = plan.columns.get(column.name)
    raw = row.raw[position] if position is not None and position < len(row.raw) else plan.constants.get(column.name)
    written = cleaning.plain(raw)
    text = (
        written if fault or column.kind in ("ref", "text", "choice") else _written(column, row.parsed.get(column.name))
    )
    return {
        "text": text[:WIDEST],
        "raw": written if text != written else "",
        "fault": fault,
        "numeric": column.kind in NUMERIC,
    }


def _written(column: Col, value: Any) -> str:
    if value is None:
        return ""
    if column.kind in NUMERIC:
        return formats.number(Decimal(str(value)))
    if column.kind == "date":
        return formats.day(dt.date.fromisoformat(value))
    return (_("yes") if value else _("no")) if isinstance(value, bool) else str(value)


def reasons(run: ImportRun) -> list[dict[str, Any]]:
    """Rejected lines by reason, the most frequent first, each with the first line as an example."""
    rows = run.rows_of(ImportRow.Outcome.REJECTED)
    found = list(
        rows.values("reason").annotate(lines=Count("id"), first=Min("line")).order_by("-lines", "reason")[:REASONS]
    )
    examples = {row.line: row for row in rows.filter(line__in=[one["first"] for one in found])}
    return [{**one, "example": _quoted(examples[one["first"]])} for one in found]


def _quoted(row: ImportRow) -> str:
    """The words of the cell that the first fault is about, as the fault quotes them."""
    message = row.faults[0]["message"] if row.faults else ""
    # Each language has its own marks: “so”, «so», „so“.
    quoted = re.search("[“«„](.*?)[”»“]", message)
    return quoted[1] if quoted else ""


def write_fault_report(run: ImportRun, kind: ImportKind, stream: IO[bytes]) -> int:
    """The rejected lines as XLSX: what is wrong beside what stood there, to be corrected and sent again."""
    titles = run.info.get("titles", [])
    columns = [
        Column(pgettext("file", "Line"), "whole", 8),
        Column(_("What is wrong"), "text", 60),
        *(Column(title or " ") for title in titles),
    ]
    names = {column.name: column.heading(kind.model) for column in kind.fields}

    def lines() -> Iterator[list[Any]]:
        for some in run.staged(ImportRow.Outcome.REJECTED):
            for row in some:
                told = "\n".join(_told(fault, names) for fault in row.faults)
                cells = [*row.raw[: len(titles)], *([None] * (len(titles) - len(row.raw)))]
                yield [row.line, told, *cells]

    with XlsxBook(stream) as book:
        return book.write_table(_("Faults"), columns, lines())


def _told(fault: dict[str, str], names: dict[str, str]) -> str:
    label = names.get(fault["column"], "")
    return f"{label}: {fault['message']}" if label else fault["message"]

"""The XLSX that people fill in: headings, help where the cursor stands, lists to choose from, checks on entry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import IO, Any

import xlsxwriter
from django.db.models import Model
from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_col_to_name

from srm.core.fields import MAX_AMOUNT, MAX_PRICE, MAX_QUANTITY
from srm.exchange.columns import WIDTHS, Col
from srm.exchange.writers import CREATED, NUMBER_FORMATS, plain_text

LINES = 2000
LONGEST_LIST = 255
_FORMATS = {"price": "decimal", "moment": "time"}
_BOUNDS = {"quantity": (0, MAX_QUANTITY), "price": (0, MAX_PRICE), "amount": (0, MAX_AMOUNT)}


def write_template(
    stream: IO[bytes], title: str, columns: Sequence[Col], model: type[Model] | None, rows: Sequence[Sequence[Any]] = ()
) -> None:
    """Write the template of `columns`, with `rows` filled in. Locked columns are protected (against slips, not malice)."""
    book = xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"created": CREATED})
    sheet = book.add_worksheet(_sheet_name(title))
    lists = _Lists(book)
    for number, column in enumerate(columns):
        _write_column(book, sheet, number, column, model, [row[number] for row in rows], lists)
    sheet.freeze_panes(1, 0)
    if any(column.locked for column in columns):
        sheet.protect("", {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True})
    _write_help(book, columns, model)
    book.close()


def _write_column(
    book: Any, sheet: Any, number: int, column: Col, model: type[Model] | None, values: Sequence[Any], lists: _Lists
) -> None:
    format_name = _FORMATS.get(column.kind, column.kind)
    style = {"num_format": NUMBER_FORMATS.get(format_name, "@"), "locked": column.locked}
    if column.locked:
        style |= {"bg_color": "#F1F5F9", "font_color": "#475569"}
    cell = book.add_format(style)
    heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#E6F4F1"})
    label = column.heading(model) + (" *" if column.required else "")
    sheet.set_column(number, number, column.width or WIDTHS.get(column.kind, 22), cell)
    sheet.write_string(0, number, plain_text(label), heading)
    for line, value in enumerate(values, 1):
        _write_value(sheet, line, number, value, cell)
    last = max(LINES, len(values))
    if rule := _rule(column, model, lists):
        sheet.data_validation(1, number, last, number, rule)


def _write_value(sheet: Any, line: int, number: int, value: Any, cell: Any) -> None:
    if value is None or value == "":
        sheet.write_blank(line, number, None, cell)
    elif isinstance(value, bool):
        sheet.write_boolean(line, number, value, cell)
    elif isinstance(value, date):
        sheet.write_datetime(line, number, value, cell)
    elif hasattr(value, "as_tuple") or isinstance(value, (int, float)):
        sheet.write_number(line, number, float(value), cell)
    else:
        sheet.write_string(line, number, plain_text(value), cell)


def _rule(column: Col, model: type[Model] | None, lists: _Lists) -> dict[str, Any] | None:
    """What a spreadsheet checks as one types, and the help it shows there."""
    rule: dict[str, Any] = {"validate": "any"}
    if column.kind == "choice":
        rule = {"validate": "list", "source": lists.source([label for _value, label in column.options(model)])}
    elif column.kind == "bool":
        rule = {"validate": "list", "source": [_("yes"), _("no")]}
    elif column.kind == "date":
        rule = {"validate": "date", "criteria": "between", "minimum": date(1990, 1, 1), "maximum": date(2199, 12, 31)}
    elif column.kind in _BOUNDS:
        low, high = _BOUNDS[column.kind]
        rule = {"validate": "decimal", "criteria": "between", "minimum": low, "maximum": float(high)}
    if column.help:
        rule |= {"input_title": column.heading(model)[:32], "input_message": str(column.help)[:255]}
    if rule["validate"] == "any" and not column.help:
        return None
    return rule | {"error_title": column.heading(model)[:32], "error_message": _("This cannot be taken.")[:255]}


class _Lists:
    """Lists too long for a cell's own rule live on a hidden sheet."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.sheet: Any = None
        self.columns = 0

    def source(self, labels: list[str]) -> list[str] | str:
        """What a rule names as its list."""
        if len(",".join(labels)) <= LONGEST_LIST and not any("," in label for label in labels):
            return labels
        if self.sheet is None:
            self.sheet = self.book.add_worksheet("Lists")
            self.sheet.hide()
        for line, label in enumerate(labels):
            self.sheet.write_string(line, self.columns, plain_text(label))
        letter = xl_col_to_name(self.columns)
        self.columns += 1
        return f"=Lists!${letter}$1:${letter}${len(labels)}"


def _write_help(book: Any, columns: Sequence[Col], model: type[Model] | None) -> None:
    """A second sheet that explains every column."""
    sheet = book.add_worksheet(_sheet_name(_("Help")))
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    for number, (heading, width) in enumerate(
        ((_("Column"), 26), (_("Must be filled in"), 18), (_("What goes there"), 60), (_("Example"), 24))
    ):
        sheet.set_column(number, number, width)
        sheet.write_string(0, number, heading, bold)
    for line, column in enumerate(columns, 1):
        required = _("yes") if column.required else ""
        for number, text in enumerate(
            (column.heading(model), required, _explained(column, model), str(column.example))
        ):
            sheet.write_string(line, number, plain_text(text), wrap)


def _explained(column: Col, model: type[Model] | None) -> str:
    parts = [str(column.help)] if column.help else []
    if column.kind == "choice":
        parts.append(
            _("One of: %(choices)s.") % {"choices": ", ".join(label for _value, label in column.options(model))}
        )
    if column.kind == "date":
        parts.append(_("A date, such as 2026-05-31."))
    return " ".join(parts)


def _sheet_name(title: str) -> str:
    return "".join(" " if sign in "[]:*?/\\" else sign for sign in title).strip("' ")[:31] or "Sheet"


def template_of_kind(stream: IO[bytes], kind: Any) -> None:
    """The template of a kind of import."""
    write_template(stream, str(kind.title), kind.fields, kind.model)

"""What is written is data: strings stay strings, numbers numbers, and the same rows make the same bytes."""

import csv
import datetime as dt
import io
import time
import zipfile
from decimal import Decimal

import openpyxl
import pytest
import time_machine
from django.utils.translation import gettext_lazy
from python_calamine import CalamineWorkbook

from srm.exchange import writers
from srm.exchange.writers import Column, CsvTable, XlsxBook
from tests.exchange.payloads import BEHIND_SEPARATORS, FORMULAS, HARMLESS, NUMBERS_AND_PHONES

TEXTS = FORMULAS + BEHIND_SEPARATORS + [text for text in HARMLESS + NUMBERS_AND_PHONES if text]


def written(rows, columns=None, facts=None) -> io.BytesIO:
    rows = list(rows)
    columns = columns or [Column(f"C{number}") for number in range(len(rows[0]))]
    stream = io.BytesIO()
    with XlsxBook(stream) as book:
        book.write_table("Data", columns, rows)
        if facts:
            book.write_facts("About", facts)
    stream.seek(0)
    return stream


def cells_of(stream: io.BytesIO, column: int = 0) -> list:
    sheet = openpyxl.load_workbook(stream).worksheets[0]
    return [row[column] for row in sheet.iter_rows(min_row=2)]


def as_spreadsheet_reads(text: str) -> str:
    """XML knows no NUL and no half of a pair; line ends become line feeds when a cell is shown."""
    return text.replace("\r\n", "\n")


def test_every_formula_payload_is_a_string_cell_with_its_text() -> None:
    cells = cells_of(written([[text] for text in TEXTS]))
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    assert all(not isinstance(cell.value, openpyxl.worksheet.formula.ArrayFormula) for cell in cells)
    stream = written([[text] for text in TEXTS])
    assert b"<f>" not in zipfile.ZipFile(stream).read("xl/worksheets/sheet1.xml")
    stream.seek(0)
    read = [row[0] for row in CalamineWorkbook.from_filelike(stream).get_sheet_by_index(0).to_python()][1:]
    for text, got in zip(TEXTS, read, strict=True):
        assert got.replace("\r\n", "\n").replace("\r", "\n") == text.replace("\r\n", "\n").replace("\r", "\n")


def test_a_dangerous_text_keeps_its_quote_mark_when_the_cell_is_edited() -> None:
    dangerous, harmless = cells_of(written([["=1+1"], ["Bolt"]]))
    assert dangerous.quotePrefix
    assert not harmless.quotePrefix


def test_markup_in_a_text_does_not_reach_the_file_as_markup() -> None:
    hostile = "<r><t>x</t></is></c></row><row><c><f>1+1</f></c></row><row><c><is><t></t></r>"
    stream = written([[hostile]], facts=[(hostile, hostile)])
    assert cells_of(stream)[0].value == hostile
    for name in ("xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"):
        assert b"<f>" not in zipfile.ZipFile(stream).read(name)


def test_values_keep_their_types() -> None:
    moment = dt.datetime(2026, 5, 12, 14, 30, tzinfo=dt.UTC)
    row = [7, Decimal("12.50"), 1.25, True, dt.date(2026, 5, 12), moment, "text", None, gettext_lazy("Yes")]
    sheet = openpyxl.load_workbook(written([row])).worksheets[0]
    got = [cell.value for cell in next(sheet.iter_rows(min_row=2))]
    # Moments are shown in the installation's time zone.
    expected = [7, 12.5, 1.25, True, dt.datetime(2026, 5, 12), dt.datetime(2026, 5, 12, 17, 30), "text", None, "Yes"]
    assert got == expected


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), float("nan"), float("-inf")])
def test_no_number_that_is_none_is_written(value: object) -> None:
    with pytest.raises(ValueError, match="finite"):
        written([[value]])


def test_digits_a_spreadsheet_would_round_travel_as_text() -> None:
    values = [12345678901234567890, Decimal("1234567890123456.78"), dt.date(1899, 1, 1)]
    assert [cell.value for cell in cells_of(written([[value] for value in values]))] == [
        "12345678901234567890", "1234567890123456.78", "1899-01-01",
    ]  # fmt: skip


def test_a_text_too_long_for_a_cell_is_cut_visibly() -> None:
    cell = cells_of(written([["a" * 40_000]]))[0]
    assert len(cell.value) == writers.MAX_TEXT
    assert cell.value.endswith("…")


def test_control_characters_and_look_alikes_of_escapes_survive() -> None:
    for text in ("a\x01b", "_x0041_", "a\ud800b", "tab\there", "one\ntwo", " padded "):
        got = CalamineWorkbook.from_filelike(written([[text]])).get_sheet_by_index(0).to_python()[1][0]
        assert got == text.replace("\ud800", "\ufffd")


def test_the_same_rows_give_the_same_bytes_at_any_time() -> None:
    rows = [[n, f"Item {n}", Decimal(n) / 4, dt.date(2026, 1, 1)] for n in range(500)]
    facts = [("Exported by", "I. Petrova")]
    with time_machine.travel(dt.datetime(2026, 1, 1, tzinfo=dt.UTC)):
        one = written(rows, facts=facts).getvalue()
    time.sleep(0.01)
    with time_machine.travel(dt.datetime(2031, 7, 9, 23, 59, tzinfo=dt.UTC)):
        other = written(rows, facts=facts).getvalue()
    assert one == other


def test_rows_beyond_one_sheet_go_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writers, "MAX_ROWS", 101)
    book = openpyxl.load_workbook(written([[n] for n in range(250)]))
    assert [sheet.max_row for sheet in book.worksheets] == [101, 101, 51]
    assert book.worksheets[2]["A51"].value == 249


def test_sheet_names_are_made_acceptable_and_unique() -> None:
    book = XlsxBook(io.BytesIO())
    assert book.sheet_name("Orders [2026]: a/b") == "Orders  2026   a b"
    assert len(book.sheet_name("x" * 50)) == 31
    assert book.sheet_name("x" * 50) != book.sheet_name("x" * 50)
    assert book.sheet_name("'") == "Sheet"


def test_a_failed_export_leaves_no_temporary_file(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(ValueError, match="finite"):
        written([[float("nan")]])
    assert list(tmp_path.iterdir()) == []


def csv_rows(rows, **options) -> tuple[bytes, list[list[str]]]:
    stream = io.BytesIO()
    with CsvTable(stream, **options) as table:
        table.append_rows(rows)
    data = stream.getvalue()
    delimiter = options.get("delimiter", ",")
    return data, list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def test_csv_is_harmless_however_it_is_split() -> None:
    data, rows = csv_rows([["x", text, "y"] for text in TEXTS])
    assert len(rows) == len(TEXTS)
    for row in rows:
        assert not writers.safety.is_dangerous(row[1])
    # Opened where semicolons part cells, no piece begins with a formula either.
    for line in data.decode("utf-8-sig").split("\r\n"):
        for piece in line.split(";")[1:]:
            assert not piece.strip(' "').startswith(("=", "@"))


def test_csv_offers_a_mark_a_delimiter_and_a_decimal_comma() -> None:
    data, rows = csv_rows(
        [["Болт", Decimal("1234.50"), True, None, dt.date(2026, 5, 12)]], delimiter=";", decimal_mark=","
    )
    assert data.startswith(b"\xef\xbb\xbf")
    assert rows == [["Болт", "1234,50", "1", "", "2026-05-12"]]
    assert not csv_rows([["a"]], bom=False)[0].startswith(b"\xef")
    with pytest.raises(ValueError, match="differ"):
        CsvTable(io.BytesIO(), delimiter=",", decimal_mark=",")

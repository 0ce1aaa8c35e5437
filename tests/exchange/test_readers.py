"""Foreign tables: what is good is read as meant, what is hostile is refused fast, cheaply and with a sentence."""

import datetime as dt
import json
import os
import subprocess
import sys
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from django.conf import settings

from srm.core.errors import DomainError, InvalidInput, TooLarge
from srm.exchange.readers import Limits, read_table
from srm.exchange.writers import Column, CsvTable, XlsxBook
from tests.exchange.hostile import FILES
from tests.exchange.payloads import BEHIND_SEPARATORS, FORMULAS, HARMLESS, NUMBERS_AND_PHONES

TEXTS = FORMULAS + BEHIND_SEPARATORS + HARMLESS + NUMBERS_AND_PHONES


def rows_of(path: Path, **options) -> list[list]:
    with read_table(path, **options) as table:
        return list(table)


def xlsx(path: Path, rows: list[list]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


# ------------------------------------------------------------------------------------------------- good files


def test_a_workbook_is_read_without_its_readers_quirks(tmp_path: Path) -> None:
    path = xlsx(
        tmp_path / "a.xlsx",
        [
            ["Article", "Quantity", "Price", "Due", "At", "Urgent", "Note"],
            ["A-1", 10, 12.5, dt.date(2026, 5, 12), dt.datetime(2026, 5, 12, 14, 30), True, None],
            [None, None, None],
            ["A-2", 10**15, 0.1, dt.datetime(2026, 5, 12), None, False, "x"],
        ],
    )
    assert rows_of(path)[1:] == [
        ["A-1", 10, 12.5, "2026-05-12", "2026-05-12T14:30:00", True],
        [],
        ["A-2", 10**15, 0.1, "2026-05-12", None, False, "x"],
    ]


def test_line_numbers_are_those_of_the_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A4"] = "heading"
    book.save(tmp_path / "a.xlsx")
    assert rows_of(tmp_path / "a.xlsx") == [[], [], [], ["heading"]]


def test_a_sheet_is_chosen_by_name_and_hidden_ones_are_not_offered(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Secret"
    book.active.sheet_state = "hidden"
    for name in ("First", "Second"):
        book.create_sheet(name)["A1"] = name
    book.save(tmp_path / "a.xlsx")
    with read_table(tmp_path / "a.xlsx") as table:
        assert table.info.sheets == ["First", "Second"]
        assert list(table) == [["First"]]
    assert rows_of(tmp_path / "a.xlsx", sheet="Second") == [["Second"]]
    assert rows_of(tmp_path / "a.xlsx", sheet="Secret") == [["First"]]


@pytest.mark.parametrize(
    ("encoding", "text", "found"),
    [
        ("utf-8", "Артикул;Количество\nБолт;5\n", "utf-8"),
        ("utf-8-sig", "Артикул;Количество\nБолт;5\n", "utf-8-sig"),
        ("utf-16", "Артикул;Количество\nБолт;5\n", "utf-16"),
        ("utf-16-le", "Article;Quantity\nBolt;5\n", "utf-16-le"),
        ("utf-16-be", "Article;Quantity\nBolt;5\n", "utf-16-be"),
        ("cp1251", "Артикул;Количество\nБолт;5\n", "cp1251"),
        ("cp1252", "Artikel;Menge\nSchlüssel für Größe;5\nCôte d'Ivoire;6\n", "cp1252"),
        ("ascii", "Article;Quantity\nBolt;5\n", "utf-8"),
    ],
)
def test_the_encoding_is_found_out(tmp_path: Path, encoding: str, text: str, found: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode(encoding))
    with read_table(path) as table:
        assert table.info.encoding == found
        assert table.info.delimiter == ";"
        assert list(table) == [line.split(";") for line in text.splitlines()]


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b,c\n1,2,3\n", ","),
        ("a;b;c\n1,5;2,5;3,5\n", ";"),
        ("a\tb\n1,5\t2;5\n", "\t"),
        ("a|b|c\n1|2|3\n", "|"),
        ('a,b\n"x;y;z",2\n"x;y",3\n', ","),
        ("one column\nof text\n", ","),
        ("sep=;\na;b\n1;2\n", ";"),
        ('name;note\n"Bolt, M8";"1, 2, 3"\n', ";"),
    ],
)
def test_the_delimiter_is_found_out(tmp_path: Path, text: str, delimiter: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text)
    with read_table(path) as table:
        assert table.info.delimiter == delimiter
        first = next(iter(table))
    assert "sep=" not in str(first)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_what_csv_export_made_safe_comes_back_letter_by_letter(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "a.csv"
    with path.open("wb") as stream, CsvTable(stream, delimiter=delimiter) as table:
        table.append_rows([["Text", "End"], *([text, "."] for text in TEXTS)])
    got = [row[0] or "" for row in rows_of(path)[1:]]
    assert got == TEXTS


def test_what_xlsx_export_wrote_comes_back(tmp_path: Path) -> None:
    values = [["Bolt", 7, 12.5, "2026-05-12", True], ["=1+1", -3, 0.25, "2026-05-13", False]]
    path = tmp_path / "a.xlsx"
    with path.open("wb") as stream, XlsxBook(stream) as book:
        rows = [
            ["Bolt", 7, Decimal("12.50"), dt.date(2026, 5, 12), True],
            ["=1+1", -3, 0.25, dt.date(2026, 5, 13), False],
        ]
        book.write_table("Data", [Column("A")] * 5, rows)
    assert rows_of(path)[1:] == values


def test_reading_stops_where_it_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n" * 5000)
    assert len(rows_of(path, rows=12)) == 12


def test_a_file_that_never_touches_a_disk_can_be_read(tmp_path: Path) -> None:
    stream = BytesIO()
    with XlsxBook(stream) as book:
        book.write_table("Data", [Column("A")], [["sealed"]])
    handle = os.memfd_create("test", os.MFD_CLOEXEC)
    try:
        os.write(handle, stream.getvalue())
        assert rows_of(Path(f"/proc/{os.getpid()}/fd/{handle}"), name="offer.xlsx") == [["A"], ["sealed"]]
    finally:
        os.close(handle)
    with pytest.raises(FileNotFoundError):
        rows_of(tmp_path / "none.csv")


def test_leaving_early_ends_the_child(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n" * 150_000)
    with read_table(path) as table:
        next(iter(table))
    assert table._process.returncode is not None


@pytest.mark.needs_data
def test_a_real_delivery_history_is_read(shared: Path) -> None:
    rows = rows_of(shared / "data" / "scms" / "SCMS_Delivery_History_Dataset.csv")
    assert len(rows) == 10_325
    assert rows[1][5] == "Côte d'Ivoire"
    assert max(map(len, rows)) == 33


# ------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("limits", "text"),
    [
        (Limits(rows=3), "more than 3 lines"),
        (Limits(columns=1), "Line 1 has more than 1 columns"),
        (Limits(cell=4), "more than 4 characters"),
        (Limits(size=10), "too large"),
    ],
)
def test_each_limit_has_its_sentence(tmp_path: Path, limits: Limits, text: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text("first,second\n" * 10)
    with pytest.raises(TooLarge, match=text) as refusal:
        rows_of(path, limits=limits)
    assert refusal.value.status == 413


def test_a_file_that_takes_too_long_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n")
    with pytest.raises(TooLarge, match="too long"):
        rows_of(path, limits=Limits(patience=0))


def test_text_under_the_name_of_a_workbook_is_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "upload.tmp"
    path.write_text("a,b\n1,2\n")
    assert rows_of(path, name="prices.csv") == [["a", "b"], ["1", "2"]]
    with pytest.raises(InvalidInput, match="content is CSV"):
        rows_of(path, name="prices.xlsx")


def test_refusals_speak_the_readers_language_not_the_parsers(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", [["a"]])
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(DomainError) as refusal:
        rows_of(path)
    assert "damaged" in str(refusal.value)


# -------------------------------------------------------------------------------------------- the hostile set

SECONDS = 5.0
MEGABYTES = 200
BASE = 25  # what an idle interpreter takes


@pytest.fixture(scope="module")
def costs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict]:
    """What every hostile file did and cost. Memory is the peak of the files so far, so the last stands for all."""
    folder = tmp_path_factory.mktemp("hostile")
    paths = [make(folder / name) for name, make, _codes in FILES]
    done = subprocess.run(
        [sys.executable, "-m", "tests.exchange.measure", *map(str, paths)],
        cwd=settings.BASE_DIR, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for path in paths:
        path.unlink()
    return {answer["file"]: answer for answer in map(json.loads, done.stdout.splitlines())}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "codes"), [(name, codes) for name, _make, codes in FILES])
def test_a_hostile_file_is_refused_quickly_and_cheaply(costs: dict, name: str, codes: set[str]) -> None:
    cost = costs[name]
    assert cost["code"] in codes, cost
    assert cost["fault"].startswith(("InvalidInput", "TooLarge")), cost
    assert cost["cpu"] < SECONDS, cost
    assert cost["child_mb"] - BASE < MEGABYTES, cost


def test_the_reader_of_an_ordinary_workbook_stays_small(tmp_path: Path) -> None:
    stream = BytesIO()
    with XlsxBook(stream) as book:
        book.write_table("Data", [Column("A")] * 10, [[f"cell {n}", n, n / 4, "x", "y"] * 2 for n in range(20_000)])
    (tmp_path / "a.xlsx").write_bytes(stream.getvalue())
    done = subprocess.run(
        [sys.executable, "-m", "tests.exchange.measure", str(tmp_path / "a.xlsx")],
        cwd=settings.BASE_DIR, capture_output=True, text=True, check=True,
    )  # fmt: skip
    cost = json.loads(done.stdout.splitlines()[-1])
    assert cost["fault"] == ""
    assert cost["child_mb"] < 100

"""Cells as people write them; what can be read in two ways is asked, never guessed."""

import datetime as dt
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srm.exchange.cleaning import (
    CellFault,
    Hints,
    clean_amount_cell,
    clean_bool,
    clean_date,
    clean_number,
    clean_price_cell,
    clean_quantity_cell,
    clean_text,
    clean_whole,
    hints_from,
)

D = Decimal


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("1 234,56", "1234.56"),
        ("1\u00a0234,56", "1234.56"),
        ("1\u202f234\u202f567,8", "1234567.8"),
        ("1,234.56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1'234.56", "1234.56"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("12,5", "12.5"),
        ("0,125", "0.125"),
        ("1.234", "1.234"),
        (".5", "0.5"),
        ("1234,567", "1234.567"),
        ("-5", "-5"),
        ("\u22125", "-5"),
        ("(12.50)", "-12.5"),
        ("1e3", "1000"),
        ("€ 12.50", "12.5"),
        ("12,50 лв.", "12.5"),
        (7, "7"),
        (19.989999999999998, "19.99"),
        (0.1 + 0.2, "0.3"),
        (D("12.50"), "12.5"),
    ],
)
def test_numbers_are_read_as_meant(written: object, number: str) -> None:
    assert clean_number(written) == D(number)


@pytest.mark.parametrize(
    ("written", "mark", "number"),
    [("1,234", ".", "1234"), ("1,234", ",", "1.234"), ("1.234", ",", "1234"), ("1.234", ".", "1.234"), ("5", ",", "5")],
)
def test_a_known_mark_settles_what_is_open(written: str, mark: str, number: str) -> None:
    assert clean_number(written, Hints(mark=mark)) == D(number)


def test_a_comma_before_three_digits_is_asked_about() -> None:
    with pytest.raises(CellFault, match=r"can be 1234 or 1\.234"):
        clean_number("1,234")


@pytest.mark.parametrize(
    "written",
    ["", "abc", "NaN", "inf", "1..2", "1,2,3", "12 pcs", "1,23,456", "--5", "5-", "1e9999", True, "1,234.567,8"],
)
def test_what_is_no_number_is_refused(written: object) -> None:
    with pytest.raises(CellFault):
        clean_number(written)


@pytest.mark.parametrize("written", [1e30, "1e30", "1" * 16, -1e30, float("1e16")])
def test_numbers_beyond_counting_are_refused(written: object) -> None:
    with pytest.raises(CellFault, match="beyond"):
        clean_number(written)


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        (0, "more than 0"),
        ("0", "more than 0"),
        (-1, "more than 0"),
        ("1e12", "too large"),
        ("0.00001", "decimals"),
        ("NaN", "not a number"),
    ],
)
def test_impossible_quantities_are_refused_with_a_sentence(written: object, sentence: str) -> None:
    with pytest.raises(CellFault, match=sentence):
        clean_quantity_cell(written)


def test_kinds_of_numbers_have_their_own_bounds() -> None:
    assert clean_quantity_cell("12,5") == D("12.5")
    assert clean_price_cell(0) == 0
    assert clean_amount_cell("12,50") == D("12.50")
    assert clean_whole("12.0") == 12
    for clean, wrong in ((clean_price_cell, -1), (clean_amount_cell, "0.001"), (clean_whole, "1.5")):
        with pytest.raises(CellFault):
            clean(wrong)


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2), st.sampled_from([",", "."]))
def test_a_number_written_with_thousands_is_read_back(number: Decimal, mark: str) -> None:
    written = f"{number:,.2f}"
    if mark == ",":
        written = written.replace(",", " ").replace(".", ",")
    assert clean_number(written) == number


DAY = dt.date(2026, 5, 12)


@pytest.mark.parametrize(
    "written",
    [
        "12.05.2026", "12.5.26", "2026-05-12", "2026-05-12T14:30:00", "2026-05-12 00:00:00", "2026/05/12", "12-May-26",
        "12-May-2026", "12 may 2026", "12 мая 2026 г.", "12 май 2026", "May 12, 2026", "12.05.2026 г.", "12.05.2026 14:30",
        46154, 46154.75,
    ],
)  # fmt: skip
def test_dates_are_read_as_meant(written: object) -> None:
    assert clean_date(written) == DAY


@pytest.mark.parametrize(
    ("written", "order", "day"),
    [
        ("8/27/14", "", dt.date(2014, 8, 27)),
        ("27/8/2014", "", dt.date(2014, 8, 27)),
        ("9/11/14", "mdy", dt.date(2014, 9, 11)),
        ("9/11/14", "dmy", dt.date(2014, 11, 9)),
        ("5/5/69", "", dt.date(2069, 5, 5)),
        ("5/5/70", "", dt.date(1970, 5, 5)),
    ],
)
def test_slashed_dates_follow_the_columns_order(written: str, order: str, day: dt.date) -> None:
    assert clean_date(written, Hints(order=order)) == day


def test_a_date_that_can_be_two_days_is_asked_about() -> None:
    with pytest.raises(CellFault, match="two days"):
        clean_date("9/11/14")


@pytest.mark.parametrize(
    "written",
    [
        "",
        "Date Not Captured",
        "31.02.2026",
        "2026-13-01",
        12,
        1e9,
        "12 Foo 2026",
        True,
        "0001-01-01",
        "13/13/2026",
        "12",
    ],
)
def test_what_is_no_date_is_refused(written: object) -> None:
    with pytest.raises(CellFault):
        clean_date(written)


def test_yes_and_no_in_three_languages() -> None:
    assert [clean_bool(word) for word in (True, 1, "Yes", "ДА", "x", "+")] == [True] * 6
    assert [clean_bool(word) for word in (False, 0, "No", "нет", "Не", "-")] == [False] * 6
    with pytest.raises(CellFault):
        clean_bool("maybe")


def test_text_loses_what_cannot_be_seen() -> None:
    assert clean_text("  Bolt\u200b M8\u202e\x07 ") == "Bolt M8"
    assert clean_text("e\u0301") == "é"
    assert clean_text(12.0) == "12"
    assert clean_text("two\nlines") == "two\nlines"
    with pytest.raises(CellFault, match="the most is 3"):
        clean_text("four", 3)


def test_a_columns_other_cells_tell_how_it_is_written() -> None:
    assert hints_from("decimal", ["1,234", "12,5", None, 7]).mark == ","
    assert hints_from("decimal", ["1,234", "1,234.50"]).mark == "."
    assert hints_from("decimal", ["1,234", "1.234"]).mark == ""
    assert hints_from("decimal", ["12,5", "12.5"]).mark == ""
    assert hints_from("date", ["9/11/14", "8/27/14", "Date Not Captured"]).order == "mdy"
    assert hints_from("date", ["9/11/14", "27/8/14"]).order == "dmy"
    assert hints_from("date", ["8/27/14", "27/8/14"]).order == ""


def test_words_that_mean_nothing_may_end_in_anything() -> None:
    hints = Hints(blanks=("N/A", "See *"))
    assert hints.is_blank("n/a ")
    assert hints.is_blank("See ASN-93 (ID#:1281)")
    assert not hints.is_blank("N/A - From RDC")


@given(st.one_of(st.text(max_size=20), st.floats(), st.integers(), st.booleans()))
def test_no_cell_whatever_its_content_raises_anything_but_its_fault(value: object) -> None:
    for clean in (clean_number, clean_date, clean_bool, clean_text, clean_quantity_cell, clean_whole):
        with suppress(CellFault):
            clean(value)

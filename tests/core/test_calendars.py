"""Working time: the clock stands still at night, on weekends and on public holidays."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srm.core.calendars import Calendar

SOFIA = ZoneInfo("Europe/Sofia")
BULGARIA = Calendar(country="BG")


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=SOFIA)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-06-02T10:00", 4, "2026-06-02T14:00"),
        ("2026-06-02T16:00", 4, "2026-06-03T11:00"),
        ("2026-06-02T03:00", 1, "2026-06-02T10:00"),
        ("2026-06-05T17:00", 2, "2026-06-08T10:00"),  # over the weekend
        ("2026-05-05T17:00", 2, "2026-05-07T10:00"),  # 6 May is St George's day
        ("2026-03-27T17:00", 2, "2026-03-30T10:00"),  # the clocks change in between
        ("2026-06-02T10:00", 9, "2026-06-03T10:00"),
    ],
)
def test_hours_pass_only_while_people_work(start, hours, end):
    assert BULGARIA.after(at(start), hours) == at(end)


def test_a_single_day_wins_over_the_week_and_the_holidays():
    special = {dt.date(2026, 6, 6): True, dt.date(2026, 5, 6): True, dt.date(2026, 6, 8): False}
    calendar = Calendar(country="BG", special=special)
    assert calendar.after(at("2026-06-05T17:00"), 2) == at("2026-06-06T10:00")
    assert calendar.after(at("2026-05-05T17:00"), 2) == at("2026-05-06T10:00")
    assert calendar.after(at("2026-06-06T17:00"), 2) == at("2026-06-09T10:00")


def test_another_country_has_other_holidays_and_an_unknown_one_none():
    day = dt.date(2026, 5, 6)
    assert not BULGARIA.works(day)
    assert Calendar(country="DE").works(day)
    assert Calendar(country="ZZ").works(day)


def test_a_firm_that_never_works_does_not_hang():
    assert Calendar(days=frozenset()).after(at("2026-06-02T10:00"), 1) > at("2026-06-02T10:00")


moments = st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2028, 1, 1)).map(lambda one: one.replace(tzinfo=dt.UTC))


@given(moments, st.integers(0, 200), st.integers(0, 200))
def test_hours_add_up_and_end_in_working_time(moment, first, second):
    half = BULGARIA.after(moment, first)
    assert moment <= half <= BULGARIA.after(half, second) == BULGARIA.after(moment, first + second) or first == 0
    end = BULGARIA.after(moment, first + 1).astimezone(SOFIA)
    assert BULGARIA.works(end.date())
    assert dt.time(9) <= end.time() <= dt.time(18)

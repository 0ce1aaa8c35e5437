"""Due days: each month once, never lost, never twice."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement.patterns.calendar import MONTHS, first_due, next_due

days = st.dates(dt.date(2020, 1, 1), dt.date(2040, 12, 31))


@pytest.mark.parametrize(
    ("due", "every", "day", "following"),
    [
        ((2026, 1, 31), "month", 31, (2026, 2, 28)), ((2026, 2, 28), "month", 31, (2026, 3, 31)),
        ((2027, 12, 15), "quarter", 15, (2028, 3, 15)), ((2028, 2, 29), "year", 29, (2029, 2, 28)),
    ],
)  # fmt: skip
def test_a_short_month_uses_its_last_day_and_the_next_one_the_day_again(due, every, day, following):
    assert next_due(dt.date(*due), every, day, dt.date(*due)) == dt.date(*following)


@given(days, st.integers(1, 31))
def test_the_first_day_is_the_nearest_one_ahead(start, day):
    due = first_due(start, day)
    assert start <= due < start + dt.timedelta(days=32)


@given(days, st.sampled_from(sorted(MONTHS)), st.integers(1, 31), st.integers(0, 900))
def test_the_next_day_lies_ahead_and_keeps_the_rhythm(start, every, day, late):
    due = first_due(start, day)
    after = due + dt.timedelta(days=late)
    following = next_due(due, every, day, after)
    assert following > after
    assert ((following.year - due.year) * 12 + following.month - due.month) % MONTHS[every] == 0
    assert following - after <= dt.timedelta(days=31 * MONTHS[every] + 1)

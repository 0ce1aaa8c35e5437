"""When a recurrence is due: pure dates."""

from __future__ import annotations

import calendar
import datetime as dt

MONTHS = {"month": 1, "two_months": 2, "quarter": 3, "half_year": 6, "year": 12}


def on_day(year: int, month: int, day: int) -> dt.date:
    """The `day` of a month, or its last day where it is shorter; `month` may run past 12."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return dt.date(year, month, min(day, calendar.monthrange(year, month)[1]))


def first_due(start: dt.date, day: int) -> dt.date:
    """The first `day` of a month that is not before `start`."""
    due = on_day(start.year, start.month, day)
    return due if due >= start else on_day(start.year, start.month + 1, day)


def next_due(due: dt.date, every: str, day: int, after: dt.date) -> dt.date:
    """The next due day after `due` that lies after `after`: days missed meanwhile are not made up one by one."""
    step, count = MONTHS[every], 1
    while (following := on_day(due.year, due.month + step * count, day)) <= after:
        count += 1
    return following

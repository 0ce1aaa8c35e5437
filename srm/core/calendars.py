"""Working time of a firm: its week, its hours, public holidays, and single days that differ from them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

# Nobody waits longer; it ends the search in a calendar in which hardly a day is worked.
HORIZON = 3660
MONDAY_TO_FRIDAY = frozenset(range(1, 6))


@lru_cache(maxsize=256)
def public_holidays(country: str, year: int) -> frozenset[dt.date]:
    """Public holidays of a country (ISO 3166 code); none for a country that nobody has listed."""
    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return frozenset()


@dataclass(frozen=True)
class Calendar:
    """`days` are ISO weekdays, Monday is 1; `special` says of single days whether they are worked, and wins."""

    days: frozenset[int] = MONDAY_TO_FRIDAY
    begins: dt.time = dt.time(9)
    ends: dt.time = dt.time(18)
    zone: str = "Europe/Sofia"
    country: str = ""
    special: Mapping[dt.date, bool] = field(default_factory=dict)

    def works(self, day: dt.date) -> bool:
        """Whether `day` is a working day."""
        if day in self.special:
            return self.special[day]
        return day.isoweekday() in self.days and day not in public_holidays(self.country, day.year)

    def after(self, moment: dt.datetime, hours: float) -> dt.datetime:
        """When `hours` of working time have passed since `moment`, in UTC. The clock stands still outside of them."""
        left, zone = dt.timedelta(hours=hours), ZoneInfo(self.zone)
        now = moment.astimezone(dt.UTC)
        day = moment.astimezone(zone).date()
        for _day in range(HORIZON):
            if self.works(day):
                begin, end = (dt.datetime.combine(day, at, zone).astimezone(dt.UTC) for at in (self.begins, self.ends))
                start = max(now, begin)
                if start < end and left <= end - start:
                    return start + left
                left -= max(end - start, dt.timedelta(0))
            day += dt.timedelta(days=1)
        return now + left

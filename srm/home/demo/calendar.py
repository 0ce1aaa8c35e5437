"""Days and hours of the firm: everything happens on working days, and the history ends now."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

MONTHS = 18
SPAN = 548


@dataclass(frozen=True)
class Calendar:
    """Moments counted from now. `scale` shortens the history."""

    now: dt.datetime
    span: int = SPAN

    @property
    def today(self) -> dt.date:
        return timezone.localdate(self.now)

    @property
    def start(self) -> dt.date:
        """The first day of the history."""
        return workday(self.today - dt.timedelta(days=self.span))

    def share(self, day: dt.date) -> float:
        """0 at the beginning of the history, 1 today."""
        return min(1.0, max(0.0, (day - self.start).days / self.span))

    def day(self, share: float) -> dt.date:
        """The working day at a share of the history."""
        return workday(self.start + dt.timedelta(days=round(share * self.span)))

    def ago(self, days: int, hour: int = 10, minute: int = 0) -> dt.datetime:
        """A moment of the working day that lies `days` working days back; never after now."""
        day = self.today
        while day.weekday() > 4:
            day -= dt.timedelta(days=1)
        for _step in range(days):
            day = before(day)
        return min(at(day, hour, minute), self.now - dt.timedelta(minutes=max(1, 60 - minute)))

    def ahead(self, days: int) -> dt.date:
        """A working day to come."""
        return workday(self.today + dt.timedelta(days=days))


def at(day: dt.date, hour: int = 10, minute: int = 0) -> dt.datetime:
    """A moment of a day in the firm's time zone."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour, minute)))


def workday(day: dt.date) -> dt.date:
    """The day, or the next Monday."""
    return day + dt.timedelta(days=7 - day.weekday()) if day.weekday() > 4 else day


def before(day: dt.date) -> dt.date:
    """The working day before."""
    day -= dt.timedelta(days=1)
    return day - dt.timedelta(days=day.weekday() - 4) if day.weekday() > 4 else day


def later(moment: dt.datetime, *, days: int = 0, hours: float = 0) -> dt.datetime:
    """So much later, on a working day, between eight and eighteen."""
    moved = timezone.localtime(moment + dt.timedelta(hours=hours))
    if moved.hour >= 18:
        moved = moved.replace(hour=8 + moved.minute % 3) + dt.timedelta(days=1)
    elif moved.hour < 8:
        moved = moved.replace(hour=8 + moved.minute % 3)
    day = moved.date()
    for _step in range(days):
        day = workday(day + dt.timedelta(days=1))
    return at(workday(day), moved.hour, moved.minute)

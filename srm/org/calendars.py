"""The firm's working time: read as a calendar, kept by an administrator."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.utils.translation import gettext as _

from srm.core.actor import Actor
from srm.core.calendars import Calendar
from srm.core.errors import InvalidInput
from srm.flow import records
from srm.org.models import SpecialDay, WorkingWeek
from srm.people.models import LegalEntity


def calendar_of(entity: LegalEntity | None) -> Calendar:
    """The working time of a firm, with its country's public holidays; the usual week where none is entered."""
    if entity is None:
        return Calendar(zone=settings.TIME_ZONE)
    special = dict(SpecialDay.objects.filter(legal_entity=entity).values_list("day", "works"))
    week = WorkingWeek.objects.filter(legal_entity=entity).first()
    if week is None:
        return Calendar(zone=settings.TIME_ZONE, country=entity.country, special=special)
    days = frozenset(int(digit) for digit in week.days)
    return Calendar(days, week.begins, week.ends, week.time_zone, entity.country, special)


def create_week(*, actor: Actor, **values: Any) -> WorkingWeek:
    """When a firm works.

    Raises:
        InvalidInput: hours or days that cannot be, or the firm has its week already.
    """
    return records.create(WorkingWeek, actor=actor, **_checked(values, WorkingWeek()))


def update_week(week: WorkingWeek, *, actor: Actor, version: int | None = None, **changes: Any) -> WorkingWeek:
    """Change it; what is due already stays due as it is.

    Raises:
        InvalidInput, Stale
    """
    return records.update(week, actor=actor, version=version, **_checked(changes, week))


def create_day(*, actor: Actor, **values: Any) -> SpecialDay:
    """A day that differs.

    Raises:
        InvalidInput: the day is there already.
    """
    return records.create(SpecialDay, actor=actor, **values)


def update_day(day: SpecialDay, *, actor: Actor, version: int | None = None, **changes: Any) -> SpecialDay:
    """Change it.

    Raises:
        InvalidInput, Stale
    """
    return records.update(day, actor=actor, version=version, **changes)


def remove_day(day: SpecialDay, *, actor: Actor) -> None:
    """The day is like any other again."""
    records.remove(records.locked_row(day), actor=actor)


def _checked(values: dict[str, Any], week: WorkingWeek) -> dict[str, Any]:
    if "days" in values:
        values["days"] = "".join(sorted({str(day) for day in values["days"]}))
        if not values["days"] or set(values["days"]) - set("1234567"):
            raise InvalidInput({"days": [_("Choose at least one day of the week.")]})
    if values.get("ends", week.ends) <= values.get("begins", week.begins):
        raise InvalidInput({"ends": [_("The end has to come after the beginning.")]})
    zone = values.get("time_zone", week.time_zone)
    if zone not in available_timezones() or not ZoneInfo(zone):
        raise InvalidInput({"time_zone": [_("No such time zone. Write it like Europe/Sofia.")]})
    return values

"""The firm's working time, entered and read."""

import datetime as dt

import pytest
from django.urls import reverse

from srm.core.errors import InvalidInput
from srm.org import calendars
from srm.org.models import SpecialDay, WorkingWeek
from tests.rest.helpers import api

pytestmark = pytest.mark.django_db
SATURDAY = dt.date(2026, 6, 6)


def test_what_is_entered_is_the_calendar(firm, work):
    assert calendars.calendar_of(firm.entity).works(dt.date(2026, 6, 5))
    assert not calendars.calendar_of(firm.entity).works(SATURDAY)
    admin = firm.actor("administrator")
    with work():
        calendars.create_week(
            actor=admin, legal_entity=firm.entity, days=["1", "2"], begins=dt.time(8), ends=dt.time(12)
        )
        calendars.create_day(actor=admin, legal_entity=firm.entity, day=SATURDAY, works=True, name="Working Saturday")
    calendar = calendars.calendar_of(firm.entity)
    assert calendar.works(SATURDAY)
    assert not calendar.works(dt.date(2026, 6, 5))
    assert (calendar.begins, calendar.ends, calendar.country) == (dt.time(8), dt.time(12), "BG")


@pytest.mark.parametrize(
    ("values", "field"),
    [({"days": []}, "days"), ({"ends": dt.time(8)}, "ends"), ({"time_zone": "Moon/Base"}, "time_zone")],
)
def test_what_cannot_be_is_refused(firm, work, values, field):
    with pytest.raises(InvalidInput) as refused, work():
        calendars.create_week(actor=firm.actor("administrator"), legal_entity=firm.entity, **values)
    assert field in refused.value.errors
    assert not WorkingWeek.objects.exists()


def test_pages(firm, client_of):
    client = client_of("administrator")
    values = {
        "legal_entity": firm.entity.public_id,
        "days": ["1", "3"],
        "begins": "08:00",
        "ends": "16:30",
        "time_zone": "Europe/Sofia",
    }
    assert client.post(reverse("org:workingweek-create"), values).status_code == 302
    week = WorkingWeek.objects.get()
    assert week.days == "13"
    edit = client.get(reverse("org:workingweek-edit", args=[week.public_id])).content.decode()
    assert edit.count("checked") == 2
    assert "Mon, Wed" in client.get(reverse("org:workingweek-list")).content.decode()
    assert client.get(reverse("org:workingweek-detail", args=[week.public_id])).status_code == 200
    again = client.post(reverse("org:workingweek-create"), values)
    assert (again.status_code, "already" in again.content.decode()) == (422, True)
    day = {"legal_entity": firm.entity.public_id, "day": "2026-06-06", "works": "on", "name": "Working Saturday"}
    assert client.post(reverse("org:specialday-create"), day).status_code == 302
    twice = client.post(reverse("org:specialday-create"), day)
    assert (twice.status_code, "already" in twice.content.decode()) == (422, True)
    assert "Working Saturday" in client.get(reverse("org:specialday-list")).content.decode()
    remove = reverse("org:specialday-remove", args=[SpecialDay.objects.get().public_id])
    assert client_of("buyer").post(remove).status_code == 403
    assert client.post(remove).status_code == 302
    assert not SpecialDay.objects.exists()


def test_programs_keep_it_too(firm):
    body = {"legal_entity": firm.entity.public_id, "day": "2026-06-06", "works": True}
    assert api(firm.users.buyer).post("/api/v1/special-days/", body).status_code == 403
    assert api(firm.users.administrator).post("/api/v1/special-days/", body).status_code == 201
    week = {"legal_entity": firm.entity.public_id, "days": "123", "begins": "08:00:00", "ends": "15:00:00"}
    made = api(firm.users.administrator).post("/api/v1/working-time/", week)
    assert (made.status_code, made.json()["days"]) == (201, "123")

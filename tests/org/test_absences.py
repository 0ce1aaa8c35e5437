"""Absences: whose, when, and who may stand in."""

import datetime as dt

import pytest
from django.urls import reverse

from srm.audit.models import AuditEvent
from srm.core import clock
from srm.core.errors import InvalidInput, NotAllowed
from srm.notify.models import Notice
from srm.org import absences, selectors
from srm.org.models import Absence
from tests.rest.helpers import api

pytestmark = pytest.mark.django_db


def day(days: int) -> dt.date:
    return clock.today() + dt.timedelta(days=days)


@pytest.fixture
def away(firm, work):
    """Somebody is away: `away("approver", "head", 0, 3)`."""

    def write(name, stand_in, first=0, last=3, by=None, **values):
        with work():
            return absences.create_absence(
                actor=firm.actor(by or name), user=getattr(firm.users, name), stand_in=getattr(firm.users, stand_in),
                starts_on=day(first), ends_on=day(last), **values,
            )  # fmt: skip

    return write


def covered(firm, name):
    return [user.name for user in selectors.covered_by(firm.actor(name))]


def test_a_stand_in_covers_from_the_first_to_the_last_day_and_is_told(firm, away):
    away("approver", "head", -2, 0)
    away("buyer", "head", 1, 2)
    assert covered(firm, "head") == ["Petya Ilieva"]
    assert covered(firm, "buyer2") == []
    (told,) = Notice.objects.unscoped("test").filter(user=firm.users.head, title__contains="Petya Ilieva")
    assert told.kind == "org.stand_in"


def test_withdrawn_is_over_at_once(firm, work, away):
    absence = away("approver", "head")
    with work():
        absences.withdraw_absence(absence, actor=firm.actor("approver"))
    assert covered(firm, "head") == []
    assert AuditEvent.objects.filter(subject_id=absence.public_id, verb="withdrawn").count() == 1


def test_a_closed_account_is_covered_by_nobody(firm, away):
    away("approver", "head")
    firm.users.approver.is_active = False
    firm.users.approver.save()
    assert covered(firm, "head") == []


@pytest.mark.parametrize(
    ("stand_in", "first", "last", "field"),
    [
        ("approver", 0, 1, "stand_in"), ("alfa_admin", 0, 1, "stand_in"), ("requester", 0, 1, "stand_in"),
        ("head", 3, 1, "ends_on"), ("head", 0, 400, "ends_on"), ("head", -3, -1, "ends_on"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(firm, away, stand_in, first, last, field):
    with pytest.raises(InvalidInput) as refused:
        away("approver", stand_in, first, last)
    assert field in refused.value.errors
    assert not Absence.rows.exists()


def test_two_absences_do_not_overlap_and_the_stand_in_is_there(firm, away):
    away("approver", "head", 5, 9)
    with pytest.raises(InvalidInput, match="already"):
        away("approver", "budget_owner", 9, 12)
    with pytest.raises(InvalidInput, match="is away in this time"):
        away("budget_owner", "approver", 7, 8)
    away("budget_owner", "approver", 10, 12)


def test_only_the_person_and_an_administrator_enter_and_change_it(firm, work, away):
    with pytest.raises(NotAllowed):
        away("approver", "head", by="buyer")
    absence = away("approver", "head", by="administrator")
    for name in ("head", "buyer"):
        with pytest.raises(NotAllowed), work():
            absences.update_absence(absence, actor=firm.actor(name), ends_on=day(9))
    with work():
        changed = absences.update_absence(absence, actor=firm.actor("approver"), version=1, ends_on=day(9))
    assert (changed.ends_on, changed.version) == (day(9), 2)


def test_pages(firm, client_of, django_assert_max_num_queries):
    client = client_of("approver")
    values = {
        "stand_in": firm.users.head.public_id,
        "starts_on": day(0),
        "ends_on": day(2),
        "user": firm.users.buyer.public_id,
    }
    assert client.post(reverse("org:absence-create"), values).status_code == 302
    absence = Absence.rows.get()
    assert absence.user == firm.users.approver, "whom one may not name is not taken from the form"
    with django_assert_max_num_queries(25):
        assert "Elena Stoyanova" in client.get(reverse("org:absence-list")).content.decode()
    address = reverse("org:absence-detail", args=[absence.public_id])
    assert client.get(address).status_code == 200
    assert client_of("buyer").get(address).status_code == 404
    withdraw = reverse("org:absence-withdraw", args=[absence.public_id])
    assert client_of("head").post(withdraw).status_code == 403
    assert client.post(withdraw).status_code == 302
    absence.refresh_from_db()
    assert absence.withdrawn
    assert client_of("alfa_admin").get(reverse("org:absence-list")).status_code in {403, 404}


def test_programs_have_the_same_rights(firm):
    body = {"stand_in": firm.users.head.public_id, "starts_on": str(day(0)), "ends_on": str(day(2))}
    made = api(firm.users.approver).post("/api/v1/absences/", body)
    assert made.status_code == 201, made.content
    one = made.json()["id"]
    assert api(firm.users.buyer).get(f"/api/v1/absences/{one}/").status_code == 404
    other = {**body, "user": firm.users.buyer2.public_id}
    assert api(firm.users.buyer).post("/api/v1/absences/", other).status_code == 403
    assert api(firm.users.head).post(f"/api/v1/absences/{one}/withdraw/").status_code == 403
    assert api(firm.users.approver).post(f"/api/v1/absences/{one}/withdraw/").json()["withdrawn"] is True

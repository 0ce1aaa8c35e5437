"""Requests that come by themselves: once for each due day, in the owner's name, with his rights of the day."""

import datetime as dt
import json

import pytest
from django.urls import reverse

from procurement.patterns import services
from procurement.patterns.models import Recurrence, RecurrenceRun
from procurement.requests.models import PurchaseRequest
from srm.core import clock
from srm.core.errors import InvalidInput, RuleBroken
from srm.flow.jobs import run_due
from srm.flow.perform import perform
from srm.flow.uow import unit_of_work
from srm.notify.models import Notice
from tests.patterns.test_templates import template

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 1, 10, 12, tzinfo=dt.UTC)


@pytest.fixture
def january():
    with clock.set_to(NOON):
        yield


def recurring(firm, **values):
    kept = values.pop("template", None) or template(firm)
    with unit_of_work():
        return services.create_recurrence(actor=firm.actor("requester"), template=kept, **{"day": 15, **values})


def tick(day: dt.date, times: int = 1) -> None:
    with clock.set_to(dt.datetime.combine(day, dt.time(9), dt.UTC)):
        for _no in range(times):
            run_due()


def requests():
    return list(PurchaseRequest.objects.unscoped("test").order_by("pk"))


def test_it_asks_once_for_each_due_day_however_often_the_clock_looks(firm, january):
    recurrence = recurring(firm)
    tick(dt.date(2026, 1, 14))
    assert requests() == []
    tick(dt.date(2026, 1, 15), times=3)
    tick(dt.date(2026, 2, 15), times=2)
    assert [(one.requester, one.state, one.need_by) for one in requests()] == [
        (firm.users.requester, "draft", dt.date(2026, 1, 25)), (firm.users.requester, "draft", dt.date(2026, 2, 25)),
    ]  # fmt: skip
    recurrence.refresh_from_db()
    assert recurrence.next_on == dt.date(2026, 3, 15)
    told = Notice.objects.unscoped("test").filter(user=firm.users.requester, kind="requests.recurring")
    assert told.count() == 2


def test_a_day_that_was_asked_for_is_not_asked_for_again_even_if_the_clock_forgot(firm, january):
    """As after a kill between two commits: the run's own row decides, not the reminder."""
    recurrence = recurring(firm)
    tick(dt.date(2026, 1, 15))
    Recurrence.objects.unscoped("test").update(next_on=dt.date(2026, 1, 15), next_check=NOON)
    tick(dt.date(2026, 1, 15))
    assert len(requests()) == 1
    recurrence.refresh_from_db()
    assert recurrence.next_on == dt.date(2026, 2, 15)


def test_after_a_long_sleep_it_asks_once_and_goes_on(firm, january):
    recurring(firm)
    tick(dt.date(2026, 5, 20), times=3)
    assert len(requests()) == 1
    tick(dt.date(2026, 6, 15))
    assert len(requests()) == 2


def test_it_sends_at_once_where_that_was_wanted(firm, january):
    recurring(firm, submit_at_once=True)
    tick(dt.date(2026, 1, 15))
    assert [one.state for one in requests()] == ["submitted"]


def test_it_ends_on_its_last_day(firm, january):
    recurrence = recurring(firm, every="quarter", ends_on=dt.date(2026, 5, 1))
    tick(dt.date(2026, 1, 15))
    tick(dt.date(2026, 4, 15))
    recurrence.refresh_from_db()
    assert (len(requests()), recurrence.state) == (2, "ended")
    tick(dt.date(2026, 7, 15))
    assert len(requests()) == 2


def test_paused_it_asks_for_nothing_and_resumed_it_goes_on_with_the_next_day(firm, january):
    recurrence = recurring(firm)
    with unit_of_work():
        perform(recurrence, "pause", actor=firm.actor("requester"))
    tick(dt.date(2026, 2, 20))
    assert requests() == []
    with clock.set_to(dt.datetime(2026, 2, 20, tzinfo=dt.UTC)), unit_of_work():
        resumed = perform(recurrence, "resume", actor=firm.actor("requester"))
    assert resumed.next_on == dt.date(2026, 3, 15)
    tick(dt.date(2026, 3, 15))
    assert len(requests()) == 1


def test_what_cannot_be_asked_for_pauses_it_and_tells_why(firm, january):
    recurrence = recurring(firm)
    type(firm.bolt).objects.filter(pk=firm.bolt.pk).update(state="blocked")
    tick(dt.date(2026, 1, 15), times=2)
    recurrence.refresh_from_db()
    assert (recurrence.state, requests(), RecurrenceRun.objects.unscoped("test").count()) == ("paused", [], 0)
    assert "not in use" in recurrence.trouble
    assert Notice.objects.unscoped("test").filter(kind="requests.recurring_stuck").count() == 1


def test_who_lost_his_rights_asks_for_nothing_any_more(firm, january):
    recurrence = recurring(firm)
    firm.users.requester.grants.all().delete()
    tick(dt.date(2026, 1, 15))
    recurrence.refresh_from_db()
    assert (recurrence.state, requests()) == ("paused", [])


def test_nobody_else_decides_when_one_asks(firm, january):
    recurrence = recurring(firm, template=template(firm, is_shared=True))
    for move in ("pause", "end"):
        with unit_of_work(), pytest.raises(RuleBroken, match="Only Ivan Petrov"):
            perform(recurrence, move, actor=firm.actor("buyer"))
    with unit_of_work(), pytest.raises(RuleBroken, match="Only Ivan Petrov"):
        services.update_recurrence(recurrence, actor=firm.actor("buyer"), day=3)
    recurrence.refresh_from_db()
    assert (recurrence.state, recurrence.day) == ("running", 15)


def test_a_template_behind_a_recurrence_cannot_be_deleted(firm, january):
    recurrence = recurring(firm)
    with unit_of_work(), pytest.raises(RuleBroken, match="recurring request"):
        services.remove_template(recurrence.template, actor=firm.actor("requester"))


def test_an_end_before_the_first_day_and_a_foreign_template_are_refused(firm, january):
    with pytest.raises(InvalidInput, match="before the first day"):
        recurring(firm, ends_on=dt.date(2026, 1, 12))
    kept = template(firm, name="Another")
    with unit_of_work(), pytest.raises(InvalidInput, match="one of your templates"):
        services.create_recurrence(actor=firm.actor("requester2"), template=kept, day=1)


def test_in_the_browser_and_over_the_api(firm, client_of):
    kept = template(firm)
    client = client_of("requester")
    repeat = reverse("patterns:requesttemplate-repeat", args=[kept.public_id])
    answer = client.post(repeat, {"every": "quarter", "day": "31", "submit_at_once": "on"})
    recurrence = Recurrence.objects.unscoped("test").get()
    address = reverse("patterns:recurrence-detail", args=[recurrence.public_id])
    assert answer.url == address
    page = client.get(address).content.decode()
    assert "Every quarter" in page
    assert "Pause" in page
    assert client.post(f"{address}edit/", {"every": "month", "day": "2", "version": "1"}).status_code == 302
    paused = client.post(f"/api/v1/recurring-requests/{recurrence.public_id}/moves/pause/", "{}", "application/json")
    assert paused.status_code == 200
    assert client.get("/api/v1/recurring-requests/").json()["results"][0]["state"] == "paused"
    body = {"template": kept.public_id, "every": "month", "day": 3, "starts_on": "2031-05-09"}
    made = client.post("/api/v1/recurring-requests/", json.dumps(body), "application/json").json()
    assert made["next_on"] == "2031-06-03"
    assert client_of("requester2").get(address).status_code == 404

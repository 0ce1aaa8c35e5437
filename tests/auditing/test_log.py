"""The audit log as auditors and administrators read it: found, opened, exported, checked; never edited."""

import datetime as dt

import pytest
from django.db import connection

from srm.audit import append_only
from srm.audit import services as audit
from srm.audit.models import AuditEvent, SecurityEvent
from srm.auditing import services
from srm.core import clock
from srm.core.actor import SYSTEM
from srm.core.errors import NotAllowed
from srm.org.services import update_place
from tests.rest.helpers import api

READERS = ("auditor", "administrator")


@pytest.fixture
def history(firm, work):
    """The administrator renames a place twice, the system once another."""
    with work():
        place = update_place(firm.plovdiv, actor=firm.actor("administrator"), name_en="Plovdiv works")
    with work():
        place = update_place(place, actor=firm.actor("administrator"), name_en="Plovdiv factory")
    with work():
        update_place(firm.sofia, actor=SYSTEM, name_en="Sofia shop")
    return place


def rows(client, **query):
    page = client.get("/audit/", query)
    assert page.status_code == 200
    return [int(row.url.rstrip("/").rpartition("/")[2]) for row in page.context["table"].rows]


@pytest.mark.parametrize("who", READERS)
def test_every_page_opens_with_few_queries(who, history, client_of, django_assert_max_num_queries):
    audit.security(SYSTEM, "forbidden", "orders.approve", "/orders/x/")
    client = client_of(who)
    for path in ("/audit/", "/audit/refused/", "/audit/1/", "/audit/check/"):
        client.get(path)
        with django_assert_max_num_queries(25):
            assert client.get(path).status_code == 200, path


@pytest.mark.parametrize("who", ["buyer", "head", "requester", "accountant", "storekeeper"])
def test_others_of_the_staff_are_refused_and_suppliers_find_nothing(who, history, client_of, firm):
    for path in ("/audit/", "/audit/refused/", "/audit/1/", "/audit/check/"):
        assert client_of(who).get(path).status_code == 403
        assert client_of("alfa_admin").get(path).status_code == 404
    for path in ("/api/v1/audit-events/", "/api/v1/refused-attempts/", "/api/v1/audit-events/1/"):
        assert api(getattr(firm.users, who)).get(path).status_code == 403
        assert api(firm.users.alfa_admin).get(path).status_code == 404


def test_it_is_found_by_person_document_kind_verb_and_day(history, firm, client_of):
    client = client_of("auditor")
    assert rows(client) == [3, 2, 1]
    assert rows(client, sort="at") == [1, 2, 3]
    assert rows(client, person=firm.users.administrator.public_id) == [2, 1]
    assert rows(client, q=history.public_id) == [2, 1]
    assert rows(client, q="sofia SHOP") == [3]
    assert rows(client, kind="srm.place") == [3, 2, 1]
    assert rows(client, kind="srm.costcenter") == []
    assert rows(client, verb="changed") == [3, 2, 1]
    assert rows(client, verb="created") == []
    tomorrow = (clock.today() + dt.timedelta(days=1)).isoformat()
    assert rows(client, at_from=clock.today().isoformat()) == [3, 2, 1]
    assert rows(client, at_from=tomorrow) == []


def test_what_somebody_did_for_another_is_found_by_both(history, firm, client_of, work):
    from dataclasses import replace

    actor = replace(firm.actor("head"), on_behalf_of=firm.users.approver.pk)
    with work():
        audit.record(actor=actor, verb="step_approved", subject=firm.plovdiv)
    client = client_of("auditor")
    assert rows(client, person=firm.users.approver.public_id) == [4]
    assert rows(client, person=firm.users.head.public_id) == [4]
    assert firm.users.approver.name in client.get("/audit/4/").content.decode()


def test_pages_go_on_by_key(firm, client_of, work):
    for n in range(30):
        with work():
            audit.record(actor=SYSTEM, verb="changed", subject=firm.plovdiv, changes={"code": [n, n + 1]})
    page = client_of("auditor").get("/audit/")
    assert len(page.context["table"].rows) == 25
    cursor = page.context["slice"].next
    assert rows(client_of("auditor"), cursor=cursor) == [5, 4, 3, 2, 1]


def test_an_event_shows_every_field_before_and_after_and_leads_to_the_document(history, client_of):
    text = client_of("administrator").get("/audit/2/").content.decode()
    for words in ("Plovdiv works", "Plovdiv factory", "Admin Adminov", AuditEvent.objects.get(sequence=2).hash):
        assert words in text
    assert f"/audit/?q={history.public_id}" in text
    assert client_of("administrator").get("/audit/99/").status_code == 404


def test_nothing_can_be_edited(history, firm, client_of):
    before = list(AuditEvent.objects.values_list("hash", flat=True))
    client, program = client_of("auditor"), api(firm.users.auditor)
    for path in ("/audit/", "/audit/1/", "/audit/refused/"):
        assert client.post(path, {"verb": "other"}).status_code == 405
    for send in (program.post, program.patch):
        assert send("/api/v1/audit-events/1/", {"verb": "other"}).status_code == 405
    assert program.post("/api/v1/audit-events/", {"verb": "other"}).status_code == 405
    assert list(AuditEvent.objects.values_list("hash", flat=True)) == before


def test_exporting_is_a_right_of_its_own_and_is_noted(history, client_of):
    assert client_of("administrator").get("/audit/", {"export": "csv"}).status_code == 403
    assert AuditEvent.objects.count() == 3
    answer = client_of("auditor").get("/audit/", {"export": "csv"})
    assert answer.status_code == 200
    sheet = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert AuditEvent.objects.get(sequence=2).hash in sheet.decode("utf-8-sig")
    assert AuditEvent.objects.filter(verb="exported", actor_name="Rosen Kirov").count() == 1


def test_the_chain_is_checked_and_the_result_stands_there(history, client_of):
    client = client_of("auditor")
    assert "not checked yet" in client.get("/audit/").content.decode()
    assert client.post("/audit/check/").status_code == 302
    text = client.get("/audit/").content.decode()
    assert "chain of 3 events holds" in text
    assert "Rosen Kirov" in text


def test_a_changed_event_is_told(history, client_of):
    with append_only.lifted(), connection.cursor() as cursor:
        cursor.execute("UPDATE srm_auditevent SET reason = 'nothing happened' WHERE sequence = 2")
    client = client_of("auditor")
    client.post("/audit/check/")
    text = client.get("/audit/").content.decode()
    assert "does not hold" in text
    assert "event 2 was altered" in text


def test_only_its_readers_check_the_chain(history, firm, work):
    with pytest.raises(NotAllowed), work():
        services.check_chain(actor=firm.actor("buyer"))
    assert services.latest_check() is None


def test_refused_attempts_are_listed(firm, client_of):
    client_of("requester").get("/audit/")
    attempt = SecurityEvent.objects.get()
    text = client_of("auditor").get("/audit/refused/").content.decode()
    assert attempt.path in text
    assert firm.users.requester.name in text
    page = client_of("auditor").get("/audit/refused/", {"person": firm.users.buyer.public_id})
    assert page.context["table"].rows == []


def test_programs_read_events_and_attempts(history, firm):
    audit.security(SYSTEM, "forbidden", "orders.approve", "/orders/x/")
    reader = api(firm.users.auditor)
    found = reader.get("/api/v1/audit-events/", {"kind": "srm.place", "sort": "at"}).json()["results"]
    assert [event["id"] for event in found] == ["1", "2", "3"]
    one = reader.get("/api/v1/audit-events/2/").json()
    assert one["changes"]["name_en"] == ["Plovdiv works", "Plovdiv factory"]
    assert reader.get("/api/v1/audit-events/none/").status_code == 404
    attempts = reader.get("/api/v1/refused-attempts/").json()["results"]
    assert [(one["kind"], one["path"]) for one in attempts] == [("forbidden", "/orders/x/")]

"""Pages and API of the outbox, jobs, notices and integrations, walked by those who may and those who may not."""

from __future__ import annotations

import json

import pytest
from django.db import transaction
from django.test import Client

from srm.core.actor import SYSTEM, Actor
from srm.flow.uow import unit_of_work
from srm.integrations import services
from srm.integrations.models import ExternalRef, WebhookEndpoint
from srm.jobs import registry
from srm.jobs import services as jobs
from srm.jobs.models import Job
from srm.notify.models import Notice, Subscription
from srm.notify.services import tell
from srm.outbox.models import Delivery
from srm.outbox.services import deliver_due, emit
from srm.people.models import User
from tests.integrations.conftest import Listener, person
from tests.rest.helpers import api

PAGES = [
    "/jobs/",
    "/jobs/system/",
    "/outbox/",
    "/notify/",
    "/notify/settings/",
    "/integrations/webhooks/",
    "/integrations/refs/",
]


def browser(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def user_of(actor: Actor) -> User:
    return User.objects.get(pk=actor.user_id)


@pytest.fixture
def requester(db: None) -> Actor:
    return person("requester@example.com", "requester")


@pytest.fixture
def hook(keeper: Actor, listener: Listener) -> WebhookEndpoint:
    with unit_of_work():
        return services.create_webhook(actor=keeper, name="Shop", url=listener.url, kinds=["item.*"])


@pytest.fixture
def work() -> None:
    registry.KINDS.pop("test.work", None)
    registry.job("test.work", title="Import items")(lambda run: {"text": "12 items", "url": "/items/"})
    yield
    registry.KINDS.pop("test.work", None)


def happened(kind: str = "item.changed") -> None:
    with transaction.atomic():
        emit(kind, {"id": "abc"})


@pytest.mark.parametrize("page", PAGES)
def test_the_keeper_opens_every_page(keeper: Actor, page: str) -> None:
    assert browser(keeper).get(page).status_code == 200


def test_a_requester_opens_his_jobs_and_notices_and_nothing_else(requester: Actor) -> None:
    client = browser(requester)
    answers = {page: client.get(page).status_code for page in PAGES}
    assert {page for page, status in answers.items() if status == 200} == {"/jobs/", "/notify/", "/notify/settings/"}
    assert set(answers.values()) == {200, 403}


# ---------------------------------------------------------------------------------------------------------- webhooks


def test_a_new_webhook_shows_its_key_once(keeper: Actor) -> None:
    client = browser(keeper)
    made = client.post(
        "/integrations/webhooks/new/",
        {"name": "Shop", "url": "https://example.com/h", "kinds": "item.*, order.changed", "active": "on"},
    )
    assert made.status_code == 201
    assert b"whsec_" in made.content
    assert "no-store" in made.headers["Cache-Control"]
    endpoint = WebhookEndpoint.objects.unscoped("test").get()
    assert endpoint.kinds == ["item.*", "order.changed"]
    shown = client.get(f"/integrations/webhooks/{endpoint.public_id}/")
    assert shown.status_code == 200
    assert b"whsec_" not in shown.content
    assert endpoint.secret.encode() not in shown.content


def test_an_address_inside_is_refused_at_its_field(keeper: Actor) -> None:
    answer = browser(keeper).post(
        "/integrations/webhooks/new/", {"name": "x", "url": "http://169.254.169.254/", "active": "on"}
    )
    assert answer.status_code == 422
    assert "inside the network" in answer.content.decode()
    assert not WebhookEndpoint.objects.unscoped("test").exists()


def test_a_webhook_is_tested_edited_replayed_and_removed_by_pages(
    keeper: Actor, hook: WebhookEndpoint, listener: Listener
) -> None:
    client, base = browser(keeper), f"/integrations/webhooks/{hook.public_id}/"
    assert client.post(f"{base}test/").status_code == 302
    deliver_due()
    assert json.loads(listener.calls[0][2])["type"] == "webhook.test"
    listed = client.get(f"{base}?tab=deliveries").content.decode()
    assert "webhook.test" in listed
    happened()
    deliver_due()
    assert client.post(f"{base}replay/", {"after": "0"}).status_code == 302
    deliver_due()
    assert len(listener.calls) == 3
    renewed = client.post(f"{base}renew/")
    assert (renewed.status_code, b"whsec_" in renewed.content) == (201, True)
    version = WebhookEndpoint.objects.unscoped("test").get().version
    edited = client.post(f"{base}edit/", {"name": "Shop 2", "url": hook.url, "kinds": "", "version": str(version)})
    assert edited.status_code == 302
    row = WebhookEndpoint.objects.unscoped("test").get()
    assert (row.name, row.active, row.kinds) == ("Shop 2", False, [])
    assert b"stopped" in client.get(base).content
    assert client.post(f"{base}remove/").status_code == 302
    assert not WebhookEndpoint.objects.unscoped("test").exists()


def test_an_auditor_sees_webhooks_and_changes_nothing(hook: WebhookEndpoint) -> None:
    client, base = browser(person("auditor@example.com", "auditor")), f"/integrations/webhooks/{hook.public_id}/"
    assert client.get(base).status_code == 200
    for action in ("test", "replay", "renew", "remove", "edit"):
        assert client.post(f"{base}{action}/").status_code == 403, action
    assert WebhookEndpoint.objects.unscoped("test").count() == 1


def test_the_api_makes_a_webhook_and_tells_its_key_once(keeper: Actor) -> None:
    client = api(user_of(keeper))
    body = {"name": "Shop", "url": "https://example.com/h", "kinds": ["item.*"]}
    made = client.post("/api/v1/webhooks/", body, key="k-1")
    assert made.status_code == 201
    assert made.json()["secret"].startswith("whsec_")
    again = client.post("/api/v1/webhooks/", body, key="k-1")
    assert (again.status_code, again.json()["id"], again.json()["secret"]) == (201, made.json()["id"], None)
    shown = client.get(f"/api/v1/webhooks/{made.json()['id']}/").json()
    assert shown["secret"] is None
    refused = client.post("/api/v1/webhooks/", {"name": "x", "url": "http://10.0.0.1/"})
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["url"])
    for name in ("secret", "owner", "failures", "stopped_because"):
        assert client.post("/api/v1/webhooks/", {**body, name: "x"}).status_code == 422, name


# -------------------------------------------------------------------------------------------------- feed, deliveries


def test_the_feed_is_read_in_pages_by_number(keeper: Actor, requester: Actor) -> None:
    for _ in range(5):
        happened()
    deliver_due()
    client = api(user_of(keeper))
    first = client.get("/api/v1/changes/?after=0&limit=3").json()
    assert ([row["sequence"] for row in first["results"]], first["last"], first["more"]) == ([1, 2, 3], 3, True)
    rest = client.get(f"/api/v1/changes/?after={first['last']}").json()
    assert ([row["sequence"] for row in rest["results"]], rest["last"], rest["more"]) == ([4, 5], 5, False)
    assert client.get("/api/v1/changes/?after=5").json() == {"results": [], "last": 5, "more": False}
    assert rest["results"][0]["type"] == "item.changed"
    for bad in ("after=-1", "after=x", "limit=0", "limit=5000", "after=1e3", "kind=x", "after=" + "9" * 30):
        assert client.get(f"/api/v1/changes/?{bad}").status_code == 400, bad
    assert api(user_of(requester)).get("/api/v1/changes/").status_code == 403


def test_a_parked_delivery_is_shown_and_sent_again(keeper: Actor, hook: WebhookEndpoint, listener: Listener) -> None:
    happened()
    listener.status = 500
    deliver_due()
    Delivery.objects.unscoped("test").update(state="parked")
    client = browser(keeper)
    assert b"500" in client.get("/outbox/?state=parked").content
    one = Delivery.objects.unscoped("test").get()
    assert b"500" in client.get(f"/outbox/{one.public_id}/").content
    listener.status = 200
    assert client.post(f"/outbox/{one.public_id}/retry/").status_code == 302
    deliver_due()
    assert Delivery.objects.unscoped("test").get().state == "sent"
    Delivery.objects.unscoped("test").update(state="parked")
    assert client.post("/outbox/retry-all/").status_code == 302
    deliver_due()
    assert Delivery.objects.unscoped("test").get().state == "sent"
    assert api(user_of(keeper)).get(f"/api/v1/deliveries/{one.public_id}/").json()["status_code"] == 200


def test_who_only_sees_integrations_does_not_see_mails(hook: WebhookEndpoint) -> None:
    buyer = person("buyer@example.com", "buyer")
    with transaction.atomic():
        tell([user_of(buyer)], kind="integrations.stopped", subject="secret subject", actor=SYSTEM)
    happened()
    deliver_due()
    shown = browser(buyer).get("/outbox/").content.decode()
    assert "webhook" in shown
    mail = Delivery.objects.unscoped("test").get(channel="mail")
    assert browser(buyer).get(f"/outbox/{mail.public_id}/").status_code == 404


# --------------------------------------------------------------------------------------------------------------- jobs


def test_a_job_shows_its_progress_and_its_result(requester: Actor, work: None) -> None:
    with unit_of_work():
        job = jobs.enqueue("test.work", actor=requester)
    client = browser(requester)
    page = client.get(f"/jobs/{job.public_id}/").content.decode()
    assert "every 1s" in page
    assert "Cancel the job" in page
    Job.objects.unscoped("test").update(state="running", done=30, total=120, message="rows")
    part = client.get(f"/jobs/{job.public_id}/progress/").content.decode()
    assert 'value="25"' in part
    Job.objects.unscoped("test").update(state="queued")
    jobs.run_now(job)
    ended = client.get(f"/jobs/{job.public_id}/progress/")
    assert ended.headers["HX-Refresh"] == "true"
    assert "12 items" in ended.content.decode()
    assert "every 1s" not in client.get(f"/jobs/{job.public_id}/").content.decode()
    assert "Import items" in client.get("/jobs/").content.decode()
    assert Notice.objects.unscoped("test").get().title == "Import items: done"


def test_a_job_is_cancelled_by_its_owner_and_does_not_exist_for_others(requester: Actor, work: None) -> None:
    with unit_of_work():
        job = jobs.enqueue("test.work", actor=requester)
    other = person("other@example.com", "requester")
    for path in ("", "progress/"):
        assert browser(other).get(f"/jobs/{job.public_id}/{path}").status_code == 404
    assert browser(other).post(f"/jobs/{job.public_id}/cancel/").status_code == 404
    assert api(user_of(other)).post(f"/api/v1/jobs/{job.public_id}/cancel/", {}).status_code == 404
    assert Job.objects.unscoped("test").get().state == "queued"
    assert browser(requester).post(f"/jobs/{job.public_id}/cancel/").status_code == 302
    assert Job.objects.unscoped("test").get().state == "cancelled"
    assert browser(requester).post(f"/jobs/{job.public_id}/retry/").status_code == 302
    client = api(user_of(requester))
    assert client.get(f"/api/v1/jobs/{job.public_id}/").json()["state"] == "queued"
    assert client.post(f"/api/v1/jobs/{job.public_id}/cancel/", {}).json()["state"] == "cancelled"
    assert client.post(f"/api/v1/jobs/{job.public_id}/cancel/", {}).status_code == 409


# ------------------------------------------------------------------------------------------------------------ notices


def test_following_a_notice_marks_it_read_and_reading_the_list_does_not(requester: Actor) -> None:
    with transaction.atomic():
        tell([user_of(requester)], kind="jobs.ended", subject="<b>Done</b>", url="/jobs/", actor=SYSTEM)
    client, notice = browser(requester), Notice.objects.unscoped("test").get()
    page = client.get("/notify/").content.decode()
    assert "&lt;b&gt;Done" in page
    assert Notice.objects.unscoped("test").get().read_at is None
    followed = client.post(f"/notify/{notice.public_id}/open/")
    assert (followed.status_code, followed.headers["Location"]) == (302, "/jobs/")
    assert Notice.objects.unscoped("test").get().read_at is not None
    by_htmx = client.post(f"/notify/{notice.public_id}/open/", headers={"HX-Request": "true"})
    assert (by_htmx.status_code, by_htmx.headers["HX-Redirect"]) == (204, "/jobs/")
    other = browser(person("other@example.com", "requester"))
    assert other.post(f"/notify/{notice.public_id}/open/").status_code == 404


def test_all_are_marked_read_at_once_and_the_api_reads_one(requester: Actor) -> None:
    with transaction.atomic():
        for _ in range(3):
            tell([user_of(requester)], kind="jobs.ended", subject="x", actor=SYSTEM)
    client = api(user_of(requester))
    listed = client.get("/api/v1/notices/?unread=1").json()["results"]
    assert len(listed) == 3
    assert client.post(f"/api/v1/notices/{listed[0]['id']}/read/", {}).json()["read_at"]
    assert browser(requester).post("/notify/read-all/").status_code == 302
    assert client.get("/api/v1/notices/?unread=1").json()["results"] == []


def test_choices_are_kept_from_the_settings_page(requester: Actor) -> None:
    client = browser(requester)
    assert b"jobs__ended" in client.get("/notify/settings/").content
    fields = dict.fromkeys(client.get("/notify/settings/").context["form"].fields, "app")
    answer = client.post("/notify/settings/", fields | {"jobs__ended": "digest"})
    assert answer.status_code == 302
    assert Subscription.objects.get(kind="jobs.ended").channel == "digest"


# --------------------------------------------------------------------------------------------------------- references


def test_a_reference_is_made_by_page_and_api_only_to_what_the_actor_may_see(keeper: Actor, monkeypatch) -> None:
    from srm.people.models import LegalEntity

    monkeypatch.setattr(LegalEntity, "feed", "firm", raising=False)
    firm = LegalEntity.objects.create(code="F1", name_en="First")
    body = {"system": "crm", "kind": "srm.legalentity", "object_id": firm.public_id, "external_id": "7"}
    assert browser(keeper).post("/integrations/refs/new/", body).status_code == 302
    ref = ExternalRef.objects.unscoped("test").get()
    client = api(user_of(keeper))
    assert client.get(f"/api/v1/external-refs/{ref.public_id}/").json()["external_id"] == "7"
    assert client.post("/api/v1/external-refs/", body).status_code == 201, "saying it twice is no fault"
    assert client.post("/api/v1/external-refs/", body | {"external_id": "8"}).status_code == 409
    assert client.post("/api/v1/external-refs/", body | {"object_id": "x" * 22}).status_code == 404
    assert client.post("/api/v1/external-refs/", body | {"kind": "srm.user"}).status_code == 422
    assert client.post(f"/api/v1/external-refs/{ref.public_id}/unlink/", {}).status_code == 204
    assert not ExternalRef.objects.unscoped("test").exists()

"""Webhooks: signed, filtered, patient, stopped when they should be, never beyond their owner's rights."""

from __future__ import annotations

import datetime as dt
import json

import pytest
import time_machine
from django.db import transaction

from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, RuleBroken
from srm.flow.uow import unit_of_work
from srm.integrations import services, signing, webhooks
from srm.integrations.models import WebhookEndpoint
from srm.notify.models import Notice
from srm.outbox.models import Delivery
from srm.outbox.registry import CHANNELS
from srm.outbox.services import deliver_due, dispatch, emit
from srm.people.models import User, UserRole
from tests.integrations.conftest import Listener, person


def endpoint(actor: Actor, url: str, *kinds: str, name: str = "Shop") -> tuple[WebhookEndpoint, str]:
    with unit_of_work():
        made = services.create_webhook(actor=actor, name=name, url=url, kinds=kinds)
    return made, made.shown_secret  # type: ignore[attr-defined]


def happened(kind: str = "item.changed", **options: object) -> None:
    with transaction.atomic():
        emit(kind, {"id": "abc", "version": 3}, **options)  # type: ignore[arg-type]


def deliveries() -> list[Delivery]:
    return list(Delivery.objects.unscoped("test").filter(channel="webhook").order_by("id"))


@pytest.mark.django_db
def test_a_change_arrives_signed_with_its_number(keeper: Actor, listener: Listener) -> None:
    _made, secret = endpoint(keeper, listener.url, "item.*")
    happened()
    happened("order.sent")
    assert deliver_due() == 1
    ((_path, headers, body),) = listener.calls
    (delivery,) = deliveries()
    message = json.loads(body)
    assert signing.verify(headers, body, [secret], clock.now()) == delivery.event.public_id == message["id"]
    assert (message["type"], message["data"], message["sequence"]) == ("item.changed", {"id": "abc", "version": 3}, 1)
    assert message["timestamp"].endswith("Z")
    assert (delivery.state, delivery.status_code) == ("sent", 200)


@pytest.mark.django_db
def test_the_key_is_not_readable_in_the_database_nor_in_the_log(keeper: Actor, listener: Listener) -> None:
    from srm.audit.models import AuditEvent

    made, secret = endpoint(keeper, listener.url)
    row = WebhookEndpoint.objects.unscoped("test").values().get()
    assert secret not in str(row)
    logged = str(list(AuditEvent.objects.values()))
    assert secret not in logged
    assert made.secret not in logged


@pytest.mark.django_db
def test_a_private_event_goes_to_no_webhook(keeper: Actor, listener: Listener) -> None:
    endpoint(keeper, listener.url, "*")
    happened("mail.sent", private=True)
    assert deliver_due() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("status", [301, 302, 400, 403, 404, 429, 500, 503])
def test_any_other_answer_is_tried_again_with_the_same_id(keeper: Actor, listener: Listener, status: int) -> None:
    made, _secret = endpoint(keeper, listener.url)
    listener.status, listener.headers = status, {"location": "http://127.0.0.1:1/", "retry-after": "77"}
    happened()
    deliver_due()
    (delivery,) = deliveries()
    assert (delivery.state, delivery.status_code, len(listener.calls)) == ("pending", status, 1)
    assert (delivery.next_at - clock.now()).total_seconds() > 70
    made.refresh_from_db()
    assert made.failures == 1
    listener.status = 204
    with time_machine.travel(delivery.next_at, tick=True):
        deliver_due()
    assert deliveries()[0].state == "sent"
    ids = {headers["webhook-id"] for _path, headers, _body in listener.calls}
    bodies = {body for _path, _headers, body in listener.calls}
    assert (len(ids), len(bodies), len(listener.calls)) == (1, 1, 2)
    made.refresh_from_db()
    assert made.failures == 0


@pytest.mark.django_db
def test_nobody_there_is_tried_again_and_an_address_inside_is_not(keeper: Actor, listener: Listener, settings) -> None:
    endpoint(keeper, "http://127.0.0.1:9/")
    happened()
    deliver_due()
    assert deliveries()[0].state == "pending"
    settings.WEBHOOK_ALLOW_PRIVATE = False
    Delivery.objects.unscoped("test").update(next_at=clock.now())
    deliver_due()
    assert deliveries()[0].state == "parked"


@pytest.mark.django_db
def test_gone_stops_the_webhook_and_tells_its_owner(keeper: Actor, listener: Listener) -> None:
    made, _secret = endpoint(keeper, listener.url)
    listener.status = 410
    happened()
    deliver_due()
    made.refresh_from_db()
    assert (made.active, bool(made.stopped_because)) == (False, True)
    assert Notice.objects.unscoped("test").get().user_id == keeper.user_id
    happened()
    deliver_due()
    assert len(listener.calls) == 1


@pytest.mark.django_db
def test_too_many_failures_in_a_row_stop_it(keeper: Actor, listener: Listener, monkeypatch) -> None:
    monkeypatch.setattr(webhooks, "STOP_AFTER", 3)
    made, _secret = endpoint(keeper, listener.url)
    listener.status = 500
    for _ in range(3):
        happened()
        deliver_due()
    made.refresh_from_db()
    assert (made.active, made.failures) == (False, 3)
    with unit_of_work():
        started = services.update_webhook(made, actor=keeper, version=made.version, active=True)
    assert (started.active, started.failures, started.stopped_because) == (True, 0, "")


@pytest.mark.django_db
def test_an_owner_who_left_or_lost_the_right_gets_nothing_more(keeper: Actor, listener: Listener) -> None:
    made, _secret = endpoint(keeper, listener.url)
    happened()
    UserRole.objects.filter(user_id=keeper.user_id).delete()
    deliver_due()
    made.refresh_from_db()
    assert (listener.calls, made.active, deliveries()[0].state) == ([], False, "skipped")
    other = person("other@example.com", "administrator")
    second, _secret = endpoint(other, listener.url)
    happened()
    User.objects.filter(pk=other.user_id).update(is_active=False)
    deliver_due()
    second.refresh_from_db()
    assert (listener.calls, second.active) == ([], False)


@pytest.mark.django_db
def test_an_owner_of_one_legal_entity_gets_no_events_of_another(keeper: Actor, listener: Listener, monkeypatch) -> None:
    from dataclasses import replace

    endpoint(keeper, listener.url)
    real = webhooks.actor_for
    monkeypatch.setattr(webhooks, "actor_for", lambda user: replace(real(user), legal_entities=frozenset({1})))
    happened("order.sent", legal_entity_id=1)
    happened("order.sent", legal_entity_id=2)
    deliver_due()
    assert len(listener.calls) == 1
    assert sorted(delivery.state for delivery in deliveries()) == ["sent", "skipped"]


@pytest.mark.django_db
def test_a_removed_webhook_gets_nothing_more(keeper: Actor, listener: Listener) -> None:
    made, _secret = endpoint(keeper, listener.url)
    happened()
    dispatch()
    with unit_of_work():
        services.remove_webhook(made, actor=keeper)
    deliver_due()
    assert (listener.calls, deliveries()[0].state) == ([], "skipped")


@pytest.mark.django_db
def test_a_renewed_key_signs_beside_the_old_one_for_a_day(keeper: Actor, listener: Listener) -> None:
    made, old = endpoint(keeper, listener.url)
    with unit_of_work():
        renewed = services.renew_secret(made, actor=keeper)
    new = renewed.shown_secret  # type: ignore[attr-defined]
    happened()
    deliver_due()
    _path, headers, body = listener.calls[0]
    for key in (old, new):
        signing.verify(headers, body, [key], clock.now())
    with time_machine.travel(clock.now() + dt.timedelta(hours=25), tick=True):
        happened()
        deliver_due()
        _path, headers, body = listener.calls[1]
        signing.verify(headers, body, [new], clock.now())
        with pytest.raises(signing.BadSignature):
            signing.verify(headers, body, [old], clock.now())


@pytest.mark.django_db
def test_a_test_message_goes_to_the_one_it_is_for(keeper: Actor, listener: Listener) -> None:
    made, _secret = endpoint(keeper, listener.url, "order.*")
    endpoint(keeper, listener.url + "/second", name="Second")
    with unit_of_work():
        services.send_test(made, actor=keeper)
    deliver_due()
    assert [path for path, _headers, _body in listener.calls] == ["/hook"]
    assert json.loads(listener.calls[0][2])["type"] == "webhook.test"
    WebhookEndpoint.objects.unscoped("test").update(active=False)
    made.refresh_from_db()
    with pytest.raises(RuleBroken), unit_of_work():
        services.send_test(made, actor=keeper)


@pytest.mark.django_db
def test_what_was_missed_is_replayed_from_a_number_on(keeper: Actor, listener: Listener) -> None:
    for _ in range(3):
        happened()
    happened("order.sent")
    deliver_due()
    made, _secret = endpoint(keeper, listener.url, "item.*")
    with unit_of_work():
        assert services.replay(made, after=1, actor=keeper) == 2
    assert deliver_due() == 2
    with unit_of_work():
        assert services.replay(made, after=2, actor=keeper) == 1
    assert deliver_due() == 1
    numbers = sorted(json.loads(body)["sequence"] for _path, _headers, body in listener.calls)
    assert numbers == [2, 3, 3]
    assert len(deliveries()) == 2, "the same delivery, sent again"
    with pytest.raises(RuleBroken), unit_of_work():
        services.replay(made, after=99, actor=keeper)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values",
    [
        {"url": "http://10.0.0.1/"}, {"url": "nonsense"}, {"kinds": ["Item Changed"]}, {"kinds": ["item.*.x"]}, {"name": ""},
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_at_the_field(keeper: Actor, values: dict) -> None:
    good = {"name": "Shop", "url": "https://example.com/hook", "kinds": ["item.*"]}
    with pytest.raises(InvalidInput) as refusal, unit_of_work():
        services.create_webhook(actor=keeper, **(good | values))
    assert set(refusal.value.errors) == set(values)
    assert not WebhookEndpoint.objects.unscoped("test").exists()


@pytest.mark.django_db
def test_only_those_who_see_integrations_see_webhooks(keeper: Actor, listener: Listener) -> None:
    endpoint(keeper, listener.url)
    assert WebhookEndpoint.objects.visible_to(keeper).count() == 1
    assert WebhookEndpoint.objects.visible_to(person("buyer@example.com", "requester")).count() == 0
    assert WebhookEndpoint.objects.visible_to(person("s@example.com", "supplier_admin", kind="supplier")).count() == 0


def test_the_channel_is_registered_at_start_up() -> None:
    assert {"webhook", "mail"} <= set(CHANNELS)

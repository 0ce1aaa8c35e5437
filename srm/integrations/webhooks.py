"""The webhook channel of the outbox: which addresses an event goes to, and one signed call."""

from __future__ import annotations

import datetime as dt

import orjson
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from srm.core import clock
from srm.core.actor import SYSTEM, Actor
from srm.flow import records
from srm.flow.uow import unit_of_work
from srm.integrations import guard
from srm.integrations.models import WebhookEndpoint
from srm.integrations.services import PURPOSE, TEST
from srm.integrations.signing import sign
from srm.notify.services import tell
from srm.outbox import vault
from srm.outbox.models import OutboxEvent
from srm.outbox.registry import NotNeeded, Parcel, TryLater, Undeliverable, delivers
from srm.people.actors import actor_for
from srm.ui.links import url_of

WHY = "the sender serves the system, not a reader"
STOP_AFTER = 100


def receivers(event: OutboxEvent) -> list[str]:
    """Public ids of the addresses that want the event; private events go to none, a test to the one it names."""
    if event.kind == TEST:
        return [event.payload["endpoint"]]
    if event.private:
        return []
    endpoints = WebhookEndpoint.objects.unscoped(WHY).filter(active=True)
    return [endpoint.public_id for endpoint in endpoints if endpoint.wants(event.kind)]


@delivers(PURPOSE, to=receivers, private=(TEST,), lease=60)
def call(parcel: Parcel) -> int:
    """One call of one address; its status.

    Raises:
        NotNeeded: the address or its owner's right is gone. Undeliverable: it lies inside, or says 410.
        TryLater: it cannot be reached or did not answer with 2xx.
    """
    endpoint = WebhookEndpoint.objects.unscoped(WHY).filter(public_id=parcel.target).select_related("owner").first()
    if endpoint is None or not endpoint.active:
        raise NotNeeded("the webhook is stopped")
    _admit(endpoint, parcel)
    body = message(parcel)
    now = clock.now()
    try:
        answer = guard.post(endpoint.url, body, sign(parcel.event_id, now, body, _keys(endpoint, now)))
    except guard.Blocked as fault:
        _failed(endpoint)
        raise Undeliverable(str(fault)) from fault
    except guard.NETWORK_ERRORS as fault:
        _failed(endpoint)
        raise TryLater(f"no answer: {type(fault).__name__} {fault}") from fault
    except vault.Unreadable as fault:
        raise Undeliverable(str(fault)) from fault
    return _judge(endpoint, answer)


def message(parcel: Parcel) -> bytes:
    """The body: what happened, when, its number in the change feed. The same bytes on every attempt."""
    content = {
        "id": parcel.event_id,
        "type": parcel.kind,
        "timestamp": parcel.created_at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z"),
        "sequence": parcel.sequence,
        "data": parcel.payload,
    }
    return orjson.dumps(content)


def _admit(endpoint: WebhookEndpoint, parcel: Parcel) -> None:
    """The address gets what its owner may read today, and nothing once he has left or lost the right."""
    owner: Actor = actor_for(endpoint.owner)
    if not owner.may("integrations.manage"):
        stop(endpoint, _("its owner no longer manages integrations"))
        raise NotNeeded("its owner no longer manages integrations")
    entity = parcel.legal_entity_id
    if entity is not None and owner.legal_entities and entity not in owner.legal_entities:
        raise NotNeeded("the event belongs to a legal entity that its owner does not see")


def _keys(endpoint: WebhookEndpoint, now: dt.datetime) -> list[str]:
    locked = [endpoint.secret, *([endpoint.old_secret] if endpoint.has_old_secret(now) else [])]
    return [vault.unlock(each, PURPOSE) for each in locked]


def _judge(endpoint: WebhookEndpoint, answer: guard.Answer) -> int:
    if 200 <= answer.status < 300:
        if endpoint.failures:
            _rows(endpoint).update(failures=0)
        return answer.status
    if answer.status == 410:
        stop(endpoint, _("it answered 410: gone"))
        raise Undeliverable("answered 410: gone", answer.status)
    _failed(endpoint)
    hint = "redirects are not followed" if 300 <= answer.status < 400 else answer.text
    raise TryLater(f"answered {answer.status}: {hint}", answer.status, answer.retry_after)


def _failed(endpoint: WebhookEndpoint) -> None:
    _rows(endpoint).update(failures=F("failures") + 1)
    if endpoint.failures + 1 >= STOP_AFTER:
        stop(endpoint, _("it failed too often"))


def stop(endpoint: WebhookEndpoint, reason: object) -> None:
    """Stop calling an address and tell its owner; what it missed can be replayed once it works again."""
    with unit_of_work():
        if _rows(endpoint).filter(active=True).exists():
            records.update(endpoint, actor=SYSTEM, verb="stopped", active=False, stopped_because=str(reason)[:200])
            tell(
                [endpoint.owner], kind="integrations.stopped", subject=_("Webhook “{name}” was stopped"),
                body=_("Reason: {reason}. Start it again when the receiver works, and replay what it missed."),
                values={"name": endpoint.name, "reason": reason}, url=url_of(endpoint) or "", actor=SYSTEM,
                button=_("Open the webhook"),
            )  # fmt: skip


def _rows(endpoint: WebhookEndpoint):
    return WebhookEndpoint.objects.unscoped(WHY).filter(pk=endpoint.pk)

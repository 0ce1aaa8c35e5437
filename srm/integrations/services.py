"""Linking records to other systems, and looking after webhooks."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext as _

from srm.audit import services as audit
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, RuleBroken
from srm.core.redirects import current_in
from srm.flow import records, uow
from srm.integrations import guard
from srm.integrations.models import ExternalRef, WebhookEndpoint
from srm.integrations.signing import new_secret
from srm.outbox import vault
from srm.outbox.models import OutboxEvent
from srm.outbox.services import deliver_again, emit
from srm.people.models import User

WHY = "integrations keep one table for all kinds of records"
PURPOSE = "webhook"
OVERLAP = dt.timedelta(hours=24)
TEST = "webhook.test"
REPLAY_AT_MOST = 1000
_KIND = re.compile(r"\*|[a-z][a-z0-9_]*(\.[a-z0-9_]+)*(\.\*)?")


# ------------------------------------------------------------------------------------------- external references


def link(thing: models.Model, *, system: str, external_id: str, actor: Actor) -> ExternalRef:
    """Note that `system` knows `thing` as `external_id`; saying the same twice changes nothing.

    Raises:
        RuleBroken: the thing, or the id, is linked otherwise in that system; unlink first.
        InvalidInput: an empty id or a system name that is no short word.
    """
    uow.require()
    kind, ours = thing._meta.label_lower, audit.public_id_of(thing)
    external_id = external_id.strip()
    refs = ExternalRef.objects.unscoped(WHY).filter(system=system, kind=kind)
    known = refs.filter(models.Q(object_id=ours) | models.Q(external_id=external_id)).first()
    if known is None:
        ref = records.create(
            ExternalRef, actor=actor, system=system, kind=kind, object_id=ours, external_id=external_id
        )
        audit.record(actor=actor, verb="linked", subject=thing, changes={system: [None, external_id]})
        return ref
    if (known.object_id, known.external_id) != (ours, external_id):
        raise RuleBroken(
            _("“%(system)s” already links %(ref)s to another record. Remove that link first.")
            % {"system": system, "ref": known.external_id}
        )
    return known


def unlink(ref: ExternalRef, *, actor: Actor) -> None:
    """Forget a link; the record and the other system keep theirs."""
    records.remove(ref, actor=actor)


def find(model: type[models.Model], *, system: str, external_id: str, actor: Actor) -> models.Model | None:
    """Our record that `system` knows as `external_id`, if there is one and the actor may see it."""
    ref = ExternalRef.objects.unscoped(WHY).filter(
        system=system, kind=model._meta.label_lower, external_id=external_id.strip()
    )
    ours = ref.values_list("object_id", flat=True).first()
    if ours is None:
        return None
    manager = model.objects  # type: ignore[attr-defined]
    rows = manager.visible_to(actor) if hasattr(manager, "visible_to") else manager.all()
    found = rows.filter(public_id=ours).first()
    return current_in(rows, found) if found is not None else None


def external_ids(thing: models.Model) -> dict[str, str]:
    """system -> id of `thing` in it."""
    refs = ExternalRef.objects.unscoped(WHY).filter(kind=thing._meta.label_lower, object_id=audit.public_id_of(thing))
    return dict(refs.values_list("system", "external_id"))


def external_ids_of(model: type[models.Model]) -> dict[str, dict[str, str]]:
    """Our public id -> {system: id there} of all rows of `model`, for exports of the whole."""
    found: dict[str, dict[str, str]] = {}
    refs = ExternalRef.objects.unscoped(WHY).filter(kind=model._meta.label_lower)
    for ours, system, theirs in refs.values_list("object_id", "system", "external_id").iterator(chunk_size=5000):
        found.setdefault(ours, {})[system] = theirs
    return found


# ------------------------------------------------------------------------------------------------------ webhooks


def create_webhook(
    *, actor: Actor, name: str, url: str, kinds: Iterable[str] = (), active: bool = True
) -> WebhookEndpoint:
    """An address that is called from now on. The answer carries the key in `shown_secret`: it is shown this once.

    Raises:
        InvalidInput: an address that cannot be called, or an event that is written wrongly.
    """
    kinds = _checked(url, kinds)
    secret = new_secret()
    endpoint = records.create(
        WebhookEndpoint, actor=actor, name=name, url=url, kinds=kinds, active=active,
        owner=User.objects.get(pk=actor.user_id), secret=vault.lock(secret, PURPOSE),
    )  # fmt: skip
    endpoint.shown_secret = secret  # type: ignore[attr-defined]
    return endpoint


def update_webhook(
    endpoint: WebhookEndpoint, *, actor: Actor, version: int | None = None, **changes
) -> WebhookEndpoint:
    """Change name, address, events or whether it is active; starting it again forgets past failures.

    Raises:
        InvalidInput: as for `create_webhook`. Stale: changed meanwhile.
    """
    changes["kinds"] = _checked(changes.get("url", endpoint.url), changes.get("kinds", endpoint.kinds))
    if changes.get("active") and not endpoint.active:
        changes |= {"failures": 0, "stopped_because": "", "owner": User.objects.get(pk=actor.user_id)}
    return records.update(endpoint, actor=actor, version=version, **changes)


def remove_webhook(endpoint: WebhookEndpoint, *, actor: Actor) -> None:
    """Stop calling it for good. Its deliveries stay in the list until they are cleaned up."""
    records.remove(endpoint, actor=actor)


def renew_secret(endpoint: WebhookEndpoint, *, actor: Actor) -> WebhookEndpoint:
    """A new key, in `shown_secret`. For a day messages carry both signatures, so that the receiver can change over."""
    secret = new_secret()
    changed = records.update(
        endpoint, actor=actor, verb="renewed key", secret=vault.lock(secret, PURPOSE), old_secret=endpoint.secret,
        old_secret_until=clock.now() + OVERLAP,
    )  # fmt: skip
    changed.shown_secret = secret  # type: ignore[attr-defined]
    return changed


def send_test(endpoint: WebhookEndpoint, *, actor: Actor) -> OutboxEvent:
    """A message of kind "webhook.test" to this address alone.

    Raises:
        RuleBroken: it is stopped.
    """
    if not endpoint.active:
        raise RuleBroken(_("This webhook is stopped. Start it first."))
    audit.record(actor=actor, verb="tested", subject=endpoint)
    return emit(TEST, {"endpoint": endpoint.public_id, "name": endpoint.name}, private=True)


def replay(endpoint: WebhookEndpoint, *, after: int, actor: Actor) -> int:
    """Send the events numbered above `after` once more, a thousand at most; how many.

    Raises:
        RuleBroken: it is stopped, or has nothing to get.
    """
    if not endpoint.active:
        raise RuleBroken(_("This webhook is stopped. Start it first."))
    events = OutboxEvent.objects.unscoped(WHY).filter(sequence__gt=after).order_by("sequence")
    wanted = [event for event in events[: REPLAY_AT_MOST * 5] if endpoint.wants(event.kind)][:REPLAY_AT_MOST]
    if not wanted:
        raise RuleBroken(_("There are no events after this number."))
    audit.record(actor=actor, verb="replayed", subject=endpoint, changes={"events": [None, len(wanted)]})
    return deliver_again(wanted, PURPOSE, endpoint.public_id)


def _checked(url: str, kinds: Iterable[str]) -> list[str]:
    errors: dict[str, object] = {}
    if reason := guard.why_not(url):
        errors["url"] = reason
    found = sorted({kind.strip() for kind in kinds if kind.strip()})
    wrong = [kind for kind in found if not _KIND.fullmatch(kind)]
    if wrong:
        errors["kinds"] = _("“%(kind)s” is no event. Write item.changed, item.* or *.") % {"kind": wrong[0][:40]}
    if errors:
        raise InvalidInput(errors)
    return found

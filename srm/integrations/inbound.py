"""Messages from other systems: taken in signed, remembered, handled by the room that knows the kind.

    @inbound("crm.deal.won")                      # in a room's jobs.py
    def raise_request(message: InboundMessage, *, actor: Actor) -> None: ...

Taking in is short: check the signature, store, queue. Handling is a job with the rights of the source's account; the
effect and the note that it was done commit together. A refusal (an unknown article, a missing right) is kept with its
sentence and can be tried again once the cause is gone; a fault is tried again by itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

import orjson
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import DomainError, InvalidInput, NotAllowed, RuleBroken, TooLarge
from srm.flow import records
from srm.flow.uow import unit_of_work
from srm.integrations.models import ExternalRef, InboundMessage, InboundSource
from srm.integrations.signing import BadSignature, new_secret, verify
from srm.jobs import services as jobs
from srm.jobs.registry import job
from srm.jobs.run import JobRun
from srm.outbox import vault
from srm.people.actors import actor_for
from srm.people.models import User

Handler = Callable[..., None]
HANDLERS: dict[str, Handler] = {}
WHY = "messages are taken in for the system they come from"
PURPOSE = "inbound"
LARGEST = 256 * 1024


def inbound(kind: str) -> Callable[[Handler], Handler]:
    """Declare who handles messages of `kind`: `fn(message, *, actor)`, inside a unit of work; DomainError refuses."""

    def register(handler: Handler) -> Handler:
        if kind in HANDLERS:
            raise RuntimeError(f"two rooms handle {kind!r}")
        HANDLERS[kind] = handler
        return handler

    return register


# -------------------------------------------------------------------------------------------------------- sources


def create_source(*, actor: Actor, system: str, account: User, active: bool = True) -> InboundSource:
    """A system that may call us as `account`; its key is in `shown_secret`, this once.

    Raises:
        NotAllowed: only who manages accounts may lend one. InvalidInput: the account is a person's, or the name taken.
    """
    if not actor.may("org.manage"):
        raise NotAllowed
    if account.kind != User.Kind.SERVICE:
        raise InvalidInput({"account": _("Choose an account for programs, not a person's.")})
    secret = new_secret()
    source = records.create(
        InboundSource, actor=actor, system=system, account=account, active=active, secret=vault.lock(secret, PURPOSE)
    )
    source.shown_secret = secret  # type: ignore[attr-defined]
    return source


def renew_source_secret(source: InboundSource, *, actor: Actor) -> InboundSource:
    """A new key in `shown_secret`; the old one is dead at once.

    Raises:
        NotAllowed: only who manages accounts.
    """
    if not actor.may("org.manage"):
        raise NotAllowed
    secret = new_secret()
    changed = records.update(source, actor=actor, verb="renewed key", secret=vault.lock(secret, PURPOSE))
    changed.shown_secret = secret  # type: ignore[attr-defined]
    return changed


def set_active(source: InboundSource, *, actor: Actor, active: bool) -> InboundSource:
    """Let a system call us, or stop listening to it.

    Raises:
        NotAllowed: only who manages accounts.
    """
    if not actor.may("org.manage"):
        raise NotAllowed
    return records.update(source, actor=actor, active=active)


# ------------------------------------------------------------------------------------------------------- taking in


def receive(source_id: str, headers: Mapping[str, str], body: bytes) -> InboundMessage:
    """Check, store and queue one message, in the caller's unit of work; one known already is given back as it is.

    Raises:
        NotAllowed: no such source, a wrong signature, too old: all in the same words. TooLarge. InvalidInput: the
        body is not {"type": ..., "data": {...}}, or no room handles the type.
    """
    if len(body) > LARGEST:
        raise TooLarge
    sources = InboundSource.objects.unscoped(WHY).filter(public_id=source_id, active=True)
    source = sources.select_related("account").first()
    message_id = _verified(source, headers, body)
    assert source is not None
    known = InboundMessage.objects.unscoped(WHY).filter(source=source, message_id=message_id).first()
    if known is not None:
        return known
    kind, data = _content(body)
    sent_at = dt.datetime.fromtimestamp(int(_header(headers, "webhook-timestamp")), dt.UTC)
    message, created = InboundMessage.objects.unscoped(WHY).get_or_create(
        source=source, message_id=message_id, defaults={"kind": kind, "payload": data, "sent_at": sent_at}
    )
    if created:
        _queue(message, actor_for(source.account))
    return message


def _verified(source: InboundSource | None, headers: Mapping[str, str], body: bytes) -> str:
    """The message's id. A missing source costs the same work and gives the same answer as a wrong key."""
    keys = [vault.unlock(source.secret, PURPOSE) if source else new_secret()]
    try:
        found = verify(headers, body, keys, clock.now())
    except BadSignature as fault:
        raise NotAllowed(_("The signature does not fit, or the message is older than five minutes.")) from fault
    if source is None or len(found) > 200 or not found.isprintable():
        raise NotAllowed(_("The signature does not fit, or the message is older than five minutes."))
    return found


def _content(body: bytes) -> tuple[str, dict]:
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        content = None
    kind = content.get("type") if isinstance(content, dict) else None
    data = content.get("data", {}) if isinstance(content, dict) else None
    if not isinstance(kind, str) or not isinstance(data, dict):
        raise InvalidInput(_("Send {“type”: …, “data”: {…}}."))
    if kind not in HANDLERS:
        raise InvalidInput(
            {
                "type": _("Nobody here handles this type. Known: %(kinds)s.")
                % {"kinds": ", ".join(sorted(HANDLERS)) or "-"}
            }
        )
    return kind, data


def _header(headers: Mapping[str, str], name: str) -> str:
    return next((value for key, value in headers.items() if key.lower() == name), "")


def _queue(message: InboundMessage, actor: Actor) -> None:
    jobs.enqueue("integrations.inbound", actor=actor, title=str(message), message=message.pk)


# ------------------------------------------------------------------------------------------------------- handling


@job("integrations.inbound", title=gettext_lazy("Incoming message"), notice=False)
def handle(run: JobRun, message: int) -> None:
    """Hand one message to its room; the effect and the note of it in one transaction."""
    row = InboundMessage.objects.unscoped(WHY).get(pk=message)
    if row.outcome == InboundMessage.Outcome.DONE:
        return
    try:
        with unit_of_work():
            run.hold()
            if row.kind not in HANDLERS:
                raise RuleBroken(_("Nobody here handles this type any more."))
            HANDLERS[row.kind](row, actor=run.actor)
            _note(row, InboundMessage.Outcome.DONE, "")
            run.complete({"text": str(row)})
    except DomainError as refusal:
        _note(row, InboundMessage.Outcome.REFUSED, str(refusal))
        raise


def _note(row: InboundMessage, outcome: str, error: str) -> None:
    InboundMessage.objects.unscoped(WHY).filter(pk=row.pk).update(outcome=outcome, error=error, handled_at=clock.now())


def try_again(message: InboundMessage, *, actor: Actor) -> InboundMessage:
    """Handle a refused message once more, with the rights of its source's account.

    Raises:
        NotAllowed: the actor does not manage integrations. RuleBroken: it was handled, or waits already.
    """
    if not actor.may("integrations.manage"):
        raise NotAllowed
    if message.outcome != InboundMessage.Outcome.REFUSED:
        raise RuleBroken(_("Only a refused message can be tried again."))
    _note(message, InboundMessage.Outcome.WAITING, "")
    _queue(message, actor_for(message.source.account))
    message.refresh_from_db()
    return message


def is_news(ref: ExternalRef, sent_at: dt.datetime) -> bool:
    """Whether a message about a linked record is newer than the last one; notes it if so.

    Messages overtake each other on the way: an older one must not undo what a newer one said.
    """
    rows = ExternalRef.objects.unscoped(WHY).filter(pk=ref.pk)
    return bool(rows.exclude(seen_at__gte=sent_at).update(seen_at=sent_at))

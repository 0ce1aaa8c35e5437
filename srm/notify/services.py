"""Telling people, and their choices."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, NotAllowed
from srm.notify import registry
from srm.notify.models import Notice, Subscription
from srm.notify.registry import Channel, Told
from srm.notify.values import encode, fill, one_line
from srm.outbox import vault
from srm.outbox.services import emit
from srm.people.models import User

log = logging.getLogger("srm.notify")
WHY = "writing to other people's inboxes"
MAIL = "mail"
_quiet: ContextVar[bool] = ContextVar("notify_quiet", default=False)


@contextmanager
def quietly() -> Iterator[None]:
    """Inboxes fill, but no mail leaves: for the demo company's past, and for taking over old documents in bulk."""
    token = _quiet.set(True)
    try:
        yield
    finally:
        _quiet.reset(token)


def tell(
    users: Iterable[User | None],
    *,
    kind: str,
    subject: object,
    body: object = "",
    url: str = "",
    actor: Actor,
    values: Mapping[str, object] | None = None,
    button: object = "",
    template: str = "mail/notice",
) -> list[Notice]:
    """Tell `users`, each by the channel he chose for `kind`, in his language; inside the caller's transaction.

    Nobody is told of what he did himself, and no closed account of anything. See `Told` for the words.
    """
    receivers = _receivers(users, actor)
    declared = registry.kind_of(kind)
    chosen = channels(receivers, declared)
    notices = []
    for user in receivers:
        if chosen[user.pk] == Channel.NONE:
            continue
        with translation.override(user.language), timezone.override(user.time_zone):
            notices.append(_notice(user, kind, subject, body, url, values or {}, chosen[user.pk]))
            if chosen[user.pk] == Channel.MAIL:
                words = {"body": notices[-1].body, "button": str(button or ""), "kind": kind}
                _mail({"user": user.pk}, notices[-1].title, url, template, {**(values or {}), **words}, actor)
    Notice.objects.unscoped(WHY).bulk_create(notices)
    return notices


def write_to(
    address: str,
    *,
    language: str,
    subject: object,
    body: object = "",
    url: str = "",
    actor: Actor,
    values: Mapping[str, object] | None = None,
    button: object = "",
    template: str = "mail/notice",
    secret: Mapping[str, str] | None = None,
) -> None:
    """A mail to somebody without an account (an invited supplier), inside the caller's transaction.

    `secret` holds what must not lie readable in the database (one-time links): encrypted until sent, then forgotten.
    A `secret["url"]` is where the button leads.
    """
    language = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with translation.override(language):
        words = {"body": fill(body, values or {}), "button": str(button or "")}
        title = one_line(fill(subject, values or {}))
        receiver = {"to": address, "language": language}
        _mail(receiver, title, url, template, {**(values or {}), **words}, actor, secret)


def tell_about(document: models.Model, move: str, *, actor: Actor, details: Mapping[str, object]) -> None:
    """Run what rooms declared for `move` of `document`. A notice that fails is logged and does not stop the move."""
    for code, function in registry.declarations(type(document), move):
        try:
            with transaction.atomic():
                for told in _all(function(document, actor=actor, **details)):
                    tell(
                        told.to, kind=code, subject=told.subject, body=told.body, url=told.url, actor=actor,
                        values=told.values, button=told.button, template=told.template,
                    )  # fmt: skip
        except Exception:
            if settings.PROFILE == "test":
                raise
            log.exception("notice %s of %s failed", code, document)


def channels(users: Iterable[User], declared: registry.NoticeKind) -> dict[int, str]:
    """How each of `users` hears of a kind: his choice, or the kind's default; a required one is never silent."""
    users = list(users)
    rows = Subscription.objects.filter(kind=declared.code, user_id__in=[user.pk for user in users])
    chosen = dict(rows.values_list("user_id", "channel"))
    found = {user.pk: chosen.get(user.pk, declared.channel) for user in users}
    if declared.required:
        found = {key: declared.channel if channel == Channel.NONE else channel for key, channel in found.items()}
    return found


def _receivers(users: Iterable[User | None], actor: Actor) -> list[User]:
    found = {user.pk: user for user in users if user is not None and user.is_active}
    if actor.user_id is not None:
        found.pop(actor.user_id, None)
    return [user for user in found.values() if user.kind != User.Kind.SERVICE]


def _notice(
    user: User, kind: str, subject: object, body: object, url: str, values: Mapping[str, object], channel: str
) -> Notice:
    return Notice(
        user=user, kind=kind, title=one_line(fill(subject, values)), body=fill(body, values)[:5000], url=own_path(url),
        in_digest=channel == Channel.DIGEST,
    )  # fmt: skip


def _mail(
    receiver: dict, title: str, url: str, template: str, context: Mapping, actor: Actor,
    secret: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    if _quiet.get():
        return
    payload = {
        **receiver, "subject": title, "url": own_path(url), "template": template, "context": encode(context),
        "actor": actor.name,
    }  # fmt: skip
    if secret:
        payload["secret"] = {name: vault.lock(value, MAIL) for name, value in secret.items()}
    emit(MAIL, payload, private=True)


def own_path(url: str) -> str:
    """`url` if it is a path of this site, else nothing: a notice never leads elsewhere."""
    fits = url.startswith("/") and not url.startswith(("//", "/\\")) and len(url) <= 300 and url.isprintable()
    return url if fits else ""


def _all(told: Told | Iterable[Told] | None) -> Iterable[Told]:
    if told is None:
        return ()
    return (told,) if isinstance(told, Told) else told


# ---------------------------------------------------------------------------------------------- inbox and choices


def mark_read(notice: Notice, *, actor: Actor) -> Notice:
    """The reader has opened it.

    Raises:
        NotAllowed: it is somebody else's.
    """
    if notice.user_id != actor.user_id:
        raise NotAllowed
    if notice.read_at is None:
        notice.read_at = clock.now()
        notice.save(update_fields=["read_at"])
    return notice


def mark_all_read(*, actor: Actor) -> int:
    """Everything in the actor's inbox is read; how many were not."""
    return Notice.objects.visible_to(actor).filter(read_at=None).update(read_at=clock.now())


def choose(*, actor: Actor, channels: Mapping[str, str]) -> None:
    """Keep the actor's choice of channel per kind of notice; a kind's own default is not stored.

    Raises:
        NotAllowed: nobody is logged in. InvalidInput: unknown kind or channel, or silencing a required notice.
    """
    if actor.user_id is None:
        raise NotAllowed
    errors = {code: fault for code, channel in channels.items() if (fault := _why_not(code, channel))}
    if errors:
        raise InvalidInput(errors)
    for code, channel in channels.items():
        if channel == registry.KINDS[code].channel:
            Subscription.objects.filter(user_id=actor.user_id, kind=code).delete()
        else:
            Subscription.objects.update_or_create(user_id=actor.user_id, kind=code, defaults={"channel": channel})


def _why_not(code: str, channel: str) -> str:
    if code not in registry.KINDS or channel not in Channel:
        return _("Choose one of those offered.")
    if channel == Channel.NONE and registry.KINDS[code].required:
        return _("This notice cannot be switched off.")
    return ""

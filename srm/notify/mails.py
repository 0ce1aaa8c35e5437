"""From an outbox row to a mail: words in the receiver's language, one receiver, one button, text and HTML."""

from __future__ import annotations

import json
import smtplib
from email.errors import HeaderParseError
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.utils import timezone, translation

from srm.notify.models import Notice
from srm.notify.services import MAIL
from srm.notify.values import decode, one_line
from srm.outbox import vault
from srm.outbox.models import OutboxEvent
from srm.outbox.registry import NotNeeded, Parcel, TryLater, Undeliverable, delivers
from srm.people.models import User
from srm.ui import formats

WHY = "the mailer serves the receiver it was told"
FORGOTTEN = "sent"


def _receiver(event: OutboxEvent) -> list[str]:
    """Addresses are looked up at delivery; here only whom it is for."""
    if event.kind != MAIL:
        return []
    return [f"user:{event.payload['user']}" if "user" in event.payload else event.payload["to"][:200]]


@delivers(MAIL, to=_receiver, private=(MAIL,), lease=120)
def send(parcel: Parcel) -> None:
    """Send one mail.

    Raises:
        NotNeeded: the account is closed, or the mail has nothing left to say. Undeliverable: the address cannot be,
        or the server will never take this. TryLater: the server is away or busy.
    """
    message = compose(parcel)
    message.connection = get_connection(getattr(settings, "MAIL_TRANSPORT", "") or settings.EMAIL_BACKEND)
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as fault:
        code, said = next(iter(fault.recipients.values()), (550, b""))
        raise (Undeliverable if code >= 500 else TryLater)(_said(code, said), code) from fault
    except smtplib.SMTPDataError as fault:
        final = fault.smtp_code >= 500
        raise (Undeliverable if final else TryLater)(
            _said(fault.smtp_code, fault.smtp_error), fault.smtp_code
        ) from fault
    except (ValueError, HeaderParseError, UnicodeError) as fault:
        raise Undeliverable(f"the address or a header cannot be written: {fault}") from fault
    except (smtplib.SMTPException, OSError) as fault:
        raise TryLater(f"the mail server does not take it: {type(fault).__name__} {fault}") from fault
    _forget_secret(parcel)


def compose(parcel: Parcel) -> EmailMultiAlternatives:
    """The message, its words put together now."""
    payload = parcel.payload
    address, language, zone, user = _whom(payload)
    opened = _secret(payload)
    if "raw" in opened:
        content = json.loads(opened["raw"])
        subject, text, html = one_line(content["subject"]), content["text"], content["html"]
    else:
        with translation.override(language), timezone.override(zone):
            context = _context(payload, user, opened)
            subject = one_line(context["subject"])
            text = render_to_string(f"{payload['template']}.txt", context)
            html = render_to_string(f"{payload['template']}.html", context)
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    message = EmailMultiAlternatives(
        subject,
        text,
        to=[address],
        # The same on every attempt: a mail that arrives twice after a crash is shown once by most mailboxes.
        headers={"Message-ID": f"<{parcel.event_id}@{host}>", "Auto-Submitted": "auto-generated"},
    )
    if html:
        message.attach_alternative(html, "text/html")
    return message


def _whom(payload: dict) -> tuple[str, str, str, User | None]:
    user = None
    if "user" in payload:
        user = User.objects.filter(pk=payload["user"], is_active=True).first()
        if user is None:
            raise NotNeeded("the account is closed")
    address = user.email if user else payload["to"]
    try:
        validate_email(address)
    except ValidationError as fault:
        raise Undeliverable("this is not an e-mail address") from fault
    language = user.language if user else payload.get("language", settings.LANGUAGE_CODE)
    return address, language, user.time_zone if user else settings.TIME_ZONE, user


def _secret(payload: dict) -> dict[str, str]:
    """The encrypted part, opened; once a mail was sent it is gone, and so is the need to send it."""
    secret = payload.get("secret") or {}
    if secret == FORGOTTEN:
        raise NotNeeded("it was sent before its worker stopped")
    try:
        return {name: vault.unlock(value, MAIL) for name, value in secret.items()}
    except vault.Unreadable as fault:
        raise Undeliverable(str(fault)) from fault


def _context(payload: dict, user: User | None, opened: dict[str, str]) -> dict:
    """What the template gets. Only plain values: no model, no settings, nothing a text could reach through."""
    context = decode(payload.get("context") or {})
    assert isinstance(context, dict)
    if "notices" in context:
        context["notices"] = _digest(context["notices"], user)
    base = base_url(user)
    address = opened.get("url") or payload.get("url") or ""
    return {
        **context,
        **opened,
        "subject": payload["subject"],
        "url": f"{base}{address}" if address.startswith("/") else address,
        "name": user.name if user else "",
        "who": payload.get("actor", ""),
        "brand": str(settings.BRAND),
        "base_url": base,
        "settings_url": f"{base}/notify/settings/" if user and user.kind == User.Kind.STAFF else "",
        "language": translation.get_language(),
    }


def base_url(user: User | None) -> str:
    """Where the receiver's pages are: suppliers may have a host of their own."""
    if user is not None and user.kind == User.Kind.STAFF:
        return settings.BASE_URL
    return getattr(settings, "PORTAL_URL", "") or settings.BASE_URL


def _digest(ids: list, user: User | None) -> list[dict]:
    """The notices of a summary that are still unread."""
    rows = Notice.objects.unscoped(WHY).filter(pk__in=ids, user=user, read_at=None).order_by("id")
    found = [
        {"title": row.title, "body": row.body, "url": row.url, "at": formats.moment(row.created_at)} for row in rows
    ]
    if not found:
        raise NotNeeded("everything in it has been read")
    return found


def _forget_secret(parcel: Parcel) -> None:
    if "secret" in parcel.payload:
        OutboxEvent.objects.unscoped(WHY).filter(pk=parcel.event_pk).update(
            payload={**parcel.payload, "secret": FORGOTTEN}
        )


def _said(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"the mail server answered {code}: {one_line(text, 300)}"

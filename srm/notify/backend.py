"""Django's own mails (log-in, password, address changes) take the outbox too.

Sent on the spot they would make a page wait for a mail server, fail with it, and by the time they take tell whether an
account exists. They carry one-time links, so their content is encrypted until it is sent.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from srm.notify.services import MAIL
from srm.outbox import vault
from srm.outbox.services import emit


class OutboxBackend(BaseEmailBackend):
    """EMAIL_BACKEND of the product; what carries the mails in the end is settings.MAIL_TRANSPORT."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write each message into the outbox, one row per receiver; they leave after the commit."""
        with transaction.atomic():
            for message in email_messages:
                content = vault.lock(json.dumps(_content(message)), MAIL)
                for address in message.recipients():
                    emit(MAIL, {"to": address, "secret": {"raw": content}}, private=True)
        return len(email_messages)


def _content(message: EmailMessage) -> dict[str, str]:
    """Subject, text and HTML; files do not travel this way.

    Raises:
        ValueError: the message has attachments.
    """
    if message.attachments:
        raise ValueError("mails carry links to files, not files")
    html = [part[0] for part in getattr(message, "alternatives", []) if part[1] == "text/html"]
    return {"subject": str(message.subject), "text": str(message.body), "html": str(html[0]) if html else ""}

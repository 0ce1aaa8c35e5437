"""Reading files of documents for pages and reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models import Model, QuerySet
from django.urls import reverse

from srm.core import clock
from srm.core.actor import Actor
from srm.files.kinds import KINDS
from srm.files.models import Attachment
from srm.files.rules import rule_of

WHY = "the caller has resolved the document"


def files_of(document: Model) -> QuerySet:
    """The newest versions of a document's files, the newest first; the caller has seen to the right."""
    return Attachment.objects.unscoped(WHY).of(document).newest().order_by("-id")


def versions_of(attachment: Attachment) -> Sequence[Attachment]:
    """All versions of a file, the newest first."""
    return Attachment.objects.unscoped(WHY).kept().filter(series=attachment.series).order_by("-version")


def may_change(document: Model, actor: Actor) -> bool:
    """Whether this actor may add files to this document now."""
    rule = rule_of(document)
    return rule is not None and rule.changes(actor) and not rule.reason(document, actor)


def why_not(document: Model, actor: Actor) -> object:
    """The sentence why somebody who may add files cannot do it now."""
    rule = rule_of(document)
    return rule.reason(document, actor) if rule is not None and rule.changes(actor) else None


def panel_context(document: Model, actor: Actor) -> dict[str, Any]:
    """What the files panel shows."""
    rule = rule_of(document)
    assert rule is not None
    return {
        "document": document,
        "files": list(files_of(document)),
        "may_change": may_change(document, actor),
        "why_not": why_not(document, actor),
        "send_url": reverse("files:send", args=[rule.kind, document.public_id]),  # type: ignore[attr-defined]
        "limit_mb": settings.UPLOAD_LIMIT_MB,
        "accept": ",".join(f".{ending}" for ending in KINDS),
        "endings": ", ".join(KINDS),
    }


def expiring(kind: str, days: int = 30) -> QuerySet:
    """Newest versions of files on documents of `kind` that are out of date, or will be within `days`."""
    until = clock.today() + dt.timedelta(days=days)
    rows = Attachment.objects.unscoped("reminders serve the system").kept().newest()
    return rows.filter(document_kind=kind, expires_on__lte=until).order_by("expires_on")

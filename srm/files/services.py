"""Attaching, replacing and removing files."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from srm.audit import services as audit
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import Missing, TooLarge
from srm.files import rules
from srm.files.kinds import check_kind
from srm.files.models import Attachment
from srm.files.names import clean_name

PER_DOCUMENT = 200 << 20
FOLDER = "attachments"
WHY = "the caller has resolved the document"


@dataclass(frozen=True)
class Stored:
    """A checked file lying in the store, not attached to anything yet; one never attached is swept away in two days."""

    storage_name: str
    name: str
    size: int
    sha256: str
    content_type: str


def store(upload: Any, name: str = "") -> Stored:
    """Check a file and put it into the store. Do it before the unit of work: copying takes time, and a store may be far.

    Raises:
        InvalidInput: its kind is not taken. TooLarge.
    """
    shown = clean_name(name or getattr(upload, "name", "") or "")
    size, digest = _measure(upload)
    content_type = check_kind(shown, upload)
    kept = default_storage.save(f"{FOLDER}/{clock.today():%Y/%m/%d}/{secrets.token_urlsafe(24)}", File(upload))
    return Stored(kept, shown, size, digest, content_type)


def _measure(upload: Any) -> tuple[int, str]:
    most, size, digest = settings.UPLOAD_LIMIT_MB << 20, 0, hashlib.sha256()
    upload.seek(0)
    while block := upload.read(1 << 20):
        size += len(block)
        if size > most:
            raise TooLarge(_("This file is too large. The most is %(most)s MB.") % {"most": settings.UPLOAD_LIMIT_MB})
        digest.update(block)
    upload.seek(0)
    return size, digest.hexdigest()


@transaction.atomic
def attach(
    document: models.Model, upload: Any, *, actor: Actor, purpose: str = "", expires_on: dt.date | None = None
) -> Attachment:
    """Attach a file (an upload, or what `store` returned) to `document`, in the caller's unit of work.

    Raises:
        NotAllowed, RuleBroken: not by this actor, or not now. InvalidInput, TooLarge: not this file.
    """
    rules.require_change(document, actor)
    return _add(document, _stored(upload), actor, purpose=purpose, expires_on=expires_on)


@transaction.atomic
def replace(attachment: Attachment, upload: Any, *, actor: Actor, expires_on: dt.date | None = None) -> Attachment:
    """A new version of a file; the old one stays in the list of versions.

    Raises:
        Missing: it was removed or replaced meanwhile. NotAllowed, RuleBroken, InvalidInput, TooLarge: as for `attach`.
    """
    document = _document_of(attachment, actor)
    rules.require_change(document, actor)
    stored = _stored(upload)
    last = _locked(attachment)
    last.is_latest = False
    last.save(update_fields=["is_latest"])
    return _add(document, stored, actor, previous=last, purpose=last.purpose, expires_on=expires_on)


@transaction.atomic
def remove(attachment: Attachment, *, actor: Actor, reason: str = "") -> None:
    """Take a file with all its versions off its document. The content stays in the store for the audit.

    Raises:
        Missing, NotAllowed, RuleBroken: as for `replace`.
    """
    document = _document_of(attachment, actor)
    rules.require_change(document, actor)
    last = _locked(attachment)
    Attachment.objects.unscoped(WHY).filter(series=last.series, removed_at=None).update(removed_at=clock.now())
    audit.record(actor=actor, verb="removed", subject=last, root=document, reason=reason)


def mark_scanned(attachment: Attachment, result: str, *, actor: Actor) -> None:
    """Note what the virus scanner found; an infected file is an event on its document."""
    Attachment.objects.unscoped(WHY).filter(pk=attachment.pk).update(scan=result, scanned_at=clock.now())
    if result == Attachment.Scan.INFECTED:
        changes = {"scan": [attachment.scan, result]}
        audit.record(actor=actor, verb="infected", subject=attachment, root=_root_of(attachment), changes=changes)


def _stored(upload: Any) -> Stored:
    return upload if isinstance(upload, Stored) else store(upload)


def _add(
    document: models.Model, stored: Stored, actor: Actor, *, previous: Attachment | None = None, purpose: str = "",
    expires_on: dt.date | None = None,
) -> Attachment:  # fmt: skip
    _check_room(document, stored.size)
    attachment = Attachment(
        document_kind=document._meta.concrete_model._meta.label_lower,  # type: ignore[union-attr]
        document_id=document.public_id,  # type: ignore[attr-defined]
        name=stored.name,
        purpose=purpose,
        size=stored.size,
        sha256=stored.sha256,
        content_type=stored.content_type,
        storage_name=stored.storage_name,
        uploaded_by_id=actor.user_id,
        uploaded_by_name=actor.name[:150],
        expires_on=expires_on,
    )
    if previous is not None:
        attachment.series, attachment.version = previous.series, previous.version + 1
    attachment.save()
    audit.record(
        actor=actor, verb="attached" if previous is None else "replaced", subject=attachment, root=document,
        changes={"sha256": [previous.sha256 if previous else None, stored.sha256], "size": [None, stored.size]},
    )  # fmt: skip
    _ask_for_scan(attachment)
    return attachment


def _check_room(document: models.Model, size: int) -> None:
    """All files of a document together stay within 200 MB, old versions counted."""
    taken = Attachment.objects.unscoped(WHY).of(document).aggregate(sum=Sum("size"))["sum"] or 0
    if taken + size > PER_DOCUMENT:
        raise TooLarge(
            _("All files of one document together may take %(most)s MB. Remove some first.")
            % {"most": PER_DOCUMENT >> 20}
        )


def _locked(attachment: Attachment) -> Attachment:
    last = Attachment.objects.unscoped(WHY).kept().newest().select_for_update().filter(series=attachment.series).first()
    if last is None:
        raise Missing
    return last


def _document_of(attachment: Attachment, actor: Actor) -> models.Model:
    return rules.document_at(attachment.document_kind, attachment.document_id, actor)


def _root_of(attachment: Attachment) -> models.Model | None:
    rule = rules.rule_named(attachment.document_kind)
    manager = getattr(rule.model, "rows", rule.model._default_manager) if rule else None
    return manager.filter(public_id=attachment.document_id).first() if manager is not None else None


def _ask_for_scan(attachment: Attachment) -> None:
    from srm.core.actor import SYSTEM
    from srm.files.scanning import is_configured
    from srm.jobs.services import enqueue

    if is_configured():
        enqueue("files.scan", actor=SYSTEM, attachment=attachment.public_id)

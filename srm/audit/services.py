"""Writing to the log. `record` buffers; the unit of work calls `flush` as its last act."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal

from django.db import models, transaction

from srm.audit.chain import link
from srm.audit.models import AuditEvent, AuditHead, SecurityEvent
from srm.core import clock
from srm.core.actor import Actor

log = logging.getLogger(__name__)
_pending: ContextVar[list[dict] | None] = ContextVar("audit_pending", default=None)


class NoUnitOfWork(RuntimeError):
    """A write was attempted outside `unit_of_work()`: it could be committed without its audit event."""


@contextmanager
def collecting() -> Iterator[None]:
    """Collect events until the block ends; `flush` writes them. Used by `flow.unit_of_work` only."""
    token = _pending.set([])
    try:
        yield
    finally:
        _pending.reset(token)


@contextmanager
def taken_back_on_failure() -> Iterator[None]:
    """Forget the events of a part that failed; used by `flow.savepoint` only, which takes back their rows."""
    pending = _pending.get()
    before = len(pending or ())
    try:
        yield
    except BaseException:
        if pending is not None:
            del pending[before:]
        raise


def is_collecting() -> bool:
    """Whether a unit of work is open."""
    return _pending.get() is not None


def record(
    *,
    actor: Actor,
    verb: str,
    subject: models.Model,
    root: models.Model | None = None,
    changes: dict | None = None,
    reason: str = "",
) -> None:
    """Note that `actor` did `verb` ("created", "approve", "exported") to `subject`.

    `root` is the document on whose history page the event shows (a line's header); `changes` maps a field's name to
    [before, after].

    Raises:
        NoUnitOfWork: no unit of work is open.
    """
    pending = _pending.get()
    if pending is None:
        raise NoUnitOfWork(f"{verb} of {subject._meta.label} needs unit_of_work()")
    root = root or subject
    pending.append(
        {
            "at": clock.now(),
            "actor_kind": actor.kind,
            "actor_user_id": actor.user_id,
            "actor_name": actor.name[:150],
            "on_behalf_of": actor.on_behalf_of,
            "verb": verb,
            "subject_kind": subject._meta.label_lower,
            "subject_id": public_id_of(subject),
            "subject_text": str(subject)[:250],
            "root_kind": root._meta.label_lower,
            "root_id": public_id_of(root),
            "changes": plain(changes or {}),
            "reason": reason,
            "request_id": actor.request_id,
        }
    )


def flush() -> None:
    """Append what was collected to the chain, under its lock, inside the open transaction."""
    pending = _pending.get()
    if not pending:
        return
    head = AuditHead.objects.select_for_update().filter(pk=1).first()
    if head is None:
        AuditHead.objects.get_or_create(pk=1)
        head = AuditHead.objects.select_for_update().get(pk=1)
    events = []
    for entry in pending:
        entry["sequence"] = head.sequence + 1
        entry["previous_hash"] = head.hash
        entry["hash"] = head.hash = link(head.hash, entry)
        head.sequence += 1
        events.append(AuditEvent(**entry))
    AuditEvent.objects.bulk_create(events, batch_size=500)
    head.save()
    pending.clear()


def security(actor: Actor, kind: str, detail: str = "", path: str = "") -> None:
    """Note a refused attempt in a transaction of its own; a full disk must not turn a refusal into a crash."""
    try:
        with transaction.atomic():
            SecurityEvent.objects.create(
                kind=kind[:40],
                actor_kind=actor.kind,
                actor_user_id=actor.user_id,
                actor_name=actor.name[:150],
                detail=detail[:500],
                path=path[:300],
                request_id=actor.request_id,
            )
    except Exception:
        log.exception("security event %s could not be written", kind)


def public_id_of(instance: models.Model) -> str:
    """The id under which the log knows a row."""
    return str(getattr(instance, "public_id", None) or instance.pk)


def plain(value: object) -> object:
    """`value` as JSON keeps it: numbers of business and times as text."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(inner) for inner in value]
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return str(value)

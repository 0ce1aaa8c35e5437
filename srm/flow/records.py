"""Writing plain records: checked, versioned, audited. Services call these instead of save()."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from srm.audit import services as audit
from srm.core import words
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, Stale
from srm.flow import uow
from srm.outbox.services import emit

M = TypeVar("M", bound=models.Model)
STARS = "•••"


def create(model: type[M], *, actor: Actor, root: models.Model | None = None, **values) -> M:
    """A new row, noted in the log.

    Raises:
        InvalidInput: a value is not allowed; sentences by field.
    """
    uow.require()
    row = model(**values)
    if hasattr(row, "created_by_id") and row.created_by_id is None:
        row.created_by_id = actor.user_id  # type: ignore[attr-defined]
    check(row)
    row.save(force_insert=True)
    _learn(row)
    audit.record(actor=actor, verb="created", subject=row, root=root, changes=_shown(model, values))
    announce(row, "created", actor)
    return row


def update(
    row: M, *, actor: Actor, version: int | None = None, root: models.Model | None = None, verb: str = "changed",
    reason: str = "", **changes,
) -> M:  # fmt: skip
    """`row` with `changes`, locked, checked and noted; returns the fresh row (the one passed in is stale).

    Raises:
        Stale: somebody changed it since `version`.
        InvalidInput: a value is not allowed; sentences by field.
    """
    uow.require()
    locked = locked_row(row, version=version)
    before = {name: getattr(locked, name) for name in changes}
    searched = getattr(locked, "search_text", "")
    changed = {name: value for name, value in changes.items() if before[name] != value}
    if not changed:
        return locked
    for name, value in changed.items():
        setattr(locked, name, value)
    if hasattr(locked, "version"):
        locked.version += 1
    check(locked)
    locked.save()
    if getattr(locked, "search_text", "") != searched:
        _learn(locked)
    shown = _shown(type(locked), {name: [before[name], value] for name, value in changed.items()})
    audit.record(actor=actor, verb=verb, subject=locked, root=root, changes=shown, reason=reason)
    announce(locked, "changed", actor)
    return locked


def remove(row: models.Model, *, actor: Actor, root: models.Model | None = None) -> None:
    """Delete a row that may be deleted (a draft's line), noted in the log."""
    uow.require()
    audit.record(actor=actor, verb="removed", subject=row, root=root)
    row.delete()


def locked_row(row: M, *, version: int | None = None) -> M:
    """The row as it is now, locked until the transaction ends.

    Raises:
        Stale: its version is no longer `version`.
    """
    fresh = type(row)._base_manager.select_for_update().get(pk=row.pk)
    if version is not None and fresh.version != version:  # type: ignore[attr-defined]
        raise Stale()
    return fresh


def check(row: models.Model) -> None:
    """Validate a row before it is saved.

    Raises:
        InvalidInput: sentences by field.
    """
    if hasattr(row, "refresh_search"):
        row.refresh_search()
    # The state is protected against assignment, and cleaning assigns; only moves change it.
    left_out = {"public_id", "state"}
    faults: dict = {}
    for ask in (
        lambda: row.clean_fields(exclude=left_out | _in_hand(row)),
        row.clean,
        lambda: row.validate_unique(exclude=left_out),
        lambda: row.validate_constraints(exclude=left_out),
    ):  # the four parts of full_clean(), in its order
        try:
            ask()
        except ValidationError as fault:
            faults = fault.update_error_dict(faults)
            left_out.update(faults)
    if faults:
        found = ValidationError(faults).message_dict
        raise InvalidInput({name: list(sentences) for name, sentences in found.items()})


def _in_hand(row: models.Model) -> set[str]:
    """Foreign keys set to an object that was read or written: whether it exists is not asked once more."""
    keys = [field for field in row._meta.concrete_fields if isinstance(field, models.ForeignKey)]
    return {
        field.name for field in keys
        if field.is_cached(row) and (known := field.get_cached_value(row)) is not None
        and known.pk is not None and not known._state.adding and known.pk == getattr(row, field.attname)
    }  # fmt: skip


def announce(row: models.Model, verb: str, actor: Actor) -> None:
    """Put the change of a row that other systems follow (`feed = "item"`) into the outbox."""
    feed = getattr(row, "feed", "")
    if feed:
        payload = {"id": audit.public_id_of(row), "kind": feed, "verb": verb, "text": str(row)}
        if hasattr(row, "feed_payload"):
            payload |= row.feed_payload()
        entity = getattr(row, "legal_entity_id", None)
        emit(f"{feed}.{verb}", cast(dict, audit.plain(payload)), key=audit.public_id_of(row), legal_entity_id=entity)


def _learn(row: Any) -> None:
    """Let the search forgive typing errors in the words of this row."""
    if getattr(row, "indexed_search", False):
        words.learn([row.search_text])


def _shown(model: type[models.Model], changes: dict) -> dict:
    """Changes as the log shows them: secrets starred out."""
    secret = set(getattr(model, "secret_fields", ())) | {"password"}
    return {name: (STARS if name in secret else value) for name, value in changes.items()}


def refuse_unless_draft(document: Any, draft: str) -> None:
    """Raise when a document that may only be edited as a draft has left that state."""
    if document.state != draft:
        state = document.state_label
        raise InvalidInput(_("Only a draft can be changed. This one is already “%(state)s”.") % {"state": state})

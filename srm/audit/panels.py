"""The log as the reader of a page wants it: sentences."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from srm.audit.models import AuditEvent
from srm.audit.selectors import history
from srm.core.actor import Actor
from srm.ui import formats
from srm.ui.slots import Entry, provides

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_UNTOLD = {"search_text", "version", "updated_at", "created_at", "path"}


@provides("history")
def sentences(document: models.Model, actor: Actor, limit: int) -> list[Entry]:
    """The latest events of a document and its lines, newest first."""
    return [sentence(event, document) for event in history(document)[:limit]]


def sentence(event: AuditEvent, document: models.Model | None = None) -> Entry:
    """One event as a sentence with its changes."""
    model = _model(event.subject_kind)
    changes = changes_of(event, model)
    text = words_of(event, model, changes)
    if document is not None and event.subject_kind != document._meta.label_lower:
        text = _("%(did)s: %(what)s") % {"did": text, "what": event.subject_text}
    return Entry(when=event.at, who=event.actor_name or _("System"), text=text, reason=event.reason, changes=changes)


def words_of(event: AuditEvent, model: Any, changes: list[tuple[str, str, str]]) -> str:
    """The verb in words: the move's own past, or the plain verbs every record has."""
    moves = getattr(model, "moves", None)
    move = moves().get(event.verb) if moves else None
    if move is not None:
        return str(move.past or move.label)
    if event.verb == "changed" and changes:
        return _("changed %(fields)s") % {"fields": ", ".join(field.lower() for field, _old, _new in changes[:4])}
    plain = {
        "created": _("made this"), "changed": _("changed this"), "removed": _("removed"), "exported": _("exported"),
        "attached": _("attached a file"), "commented": _("wrote"), "imported": _("imported"),
    }  # fmt: skip
    return plain.get(event.verb, event.verb.replace("_", " "))


def changes_of(event: AuditEvent, model: Any) -> list[tuple[str, str, str]]:
    """(field, before, after) in the reader's words; only real changes of what a reader knows."""
    found = []
    for name, change in event.changes.items():
        if name in _UNTOLD or name == "state" or event.verb == "created":
            continue
        before, after = change if isinstance(change, list) and len(change) == 2 else (None, change)
        field = _field(model, name)
        label = capfirst(str(getattr(field, "verbose_name", name.replace("_", " "))))
        found.append((label, _written(before, field), _written(after, field)))
    return found


def _field(model: Any, name: str) -> Any:
    try:
        return model._meta.get_field(name)
    except (FieldDoesNotExist, AttributeError):
        return None


def _written(value: Any, field: Any = None) -> str:
    """A logged value as the reader writes it: the log keeps plain JSON."""
    choices = dict(getattr(field, "flatchoices", ()) or ())
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, (str, int)) and value in choices:
        return str(choices[value])
    if isinstance(value, (list, tuple)):
        return ", ".join(_written(one, field) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_written(one)}" for key, one in value.items())
    text = str(value)
    if _TIME.match(text):
        return formats.moment(dt.datetime.fromisoformat(text))
    if _DATE.fullmatch(text):
        return formats.day(dt.date.fromisoformat(text))
    # A code like 10443 is no number: only fields that count things get separators.
    counts = isinstance(field, (models.DecimalField, models.IntegerField))
    return formats.number(text) if counts and _NUMBER.fullmatch(text) else text


def _model(label: str) -> Any:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None

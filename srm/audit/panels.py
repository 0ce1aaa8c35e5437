"""The log as the reader of a page wants it: sentences."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.audit.models import AuditEvent
from srm.audit.selectors import history
from srm.core.actor import Actor
from srm.people.models import User
from srm.ui import formats
from srm.ui.slots import Entry, provides

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
# Verbs that are no move of a lifecycle.
PLAIN_VERBS = {
    "created": gettext_lazy("made this"),
    "changed": gettext_lazy("changed this"),
    "removed": gettext_lazy("removed"),
    "amended": gettext_lazy("amended what was asked for"),
    "named": gettext_lazy("found the item"),
    "exported": gettext_lazy("exported"),
    "attached": gettext_lazy("attached a file"),
    "commented": gettext_lazy("wrote"),
    "imported": gettext_lazy("imported"),
    "cancelled": gettext_lazy("cancelled"),
    "closed": gettext_lazy("closed"),
    "opened": gettext_lazy("opened again"),
    "refused": gettext_lazy("said it is not so"),
    "reopened": gettext_lazy("opened again"),
    "absorbed": gettext_lazy("took in another item"),
    "separated": gettext_lazy("gave an item back"),
    "undone": gettext_lazy("undid this"),
    "failed": gettext_lazy("failed"),
    "invited": gettext_lazy("invited"),
    "declined": gettext_lazy("declined"),
    "takes_part": gettext_lazy("takes part after all"),
    "deadline_moved": gettext_lazy("moved the deadline"),
    "lines written": gettext_lazy("wrote the lines"),
    "merged": gettext_lazy("merged needs"),
    "released": gettext_lazy("released"),
    "needed less": gettext_lazy("took out what was cancelled"),
    "dropped": gettext_lazy("dropped it: nobody needs it any more"),
    "held back": gettext_lazy("held back"),
    "tried again": gettext_lazy("tried again to order what waits"),
    "let go": gettext_lazy("let it be planned"),
    "scheduled": gettext_lazy("raised it from a production schedule"),
    "split": gettext_lazy("split"),
    "substitute_accepted": gettext_lazy("accepted another item"),
    "substitute_declined": gettext_lazy("declined another item"),
    "substitute_expired": gettext_lazy("let a proposed item run out"),
    "substitute_proposed": gettext_lazy("proposed another item"),
    "substitute_withdrawn": gettext_lazy("withdrew a proposed item"),
    "review_open": gettext_lazy("asked for a review after the fact"),
    "review_justified": gettext_lazy("found it justified"),
    "review_unjustified": gettext_lazy("found it not justified"),
    "review_dropped": gettext_lazy("ended the review"),
    "joined": gettext_lazy("joined"),
    "promised": gettext_lazy("promised from stock"),
    "kept": gettext_lazy("kept for a request"),
    "promised to needs": gettext_lazy("promised to needs"),
    "handed out": gettext_lazy("handed out"),
    "material_sent": gettext_lazy("sent a material to the supplier"),
    "material_used": gettext_lazy("counted a material as used"),
    "material_corrected": gettext_lazy("put right what was used"),
    "material_returned": gettext_lazy("took a material back"),
    "material_written_off": gettext_lazy("wrote a material off"),
    "put back": gettext_lazy("put back into the store"),
    "counted": gettext_lazy("counted"),
    "proposed": gettext_lazy("proposed to order"),
    "ordered": gettext_lazy("made a request of it"),
    "set aside": gettext_lazy("set aside"),
    "checked the chain": gettext_lazy("checked the chain"),
    "carried": gettext_lazy("carried to another location"),
    "made regular": gettext_lazy("made it a regular supplier"),
    "segmented": gettext_lazy("set the segment"),
    "linked": gettext_lazy("linked to another system"),
    "downloaded": gettext_lazy("downloaded"),
    "infected": gettext_lazy("a virus was found"),
    "renewed key": gettext_lazy("made a new key"),
    "tested": gettext_lazy("sent a test"),
    "replayed": gettext_lazy("sent past events again"),
    "stopped": gettext_lazy("stopped"),
    "revoked": gettext_lazy("withdrawn"),
    "withdrawn": gettext_lazy("withdrawn"),
    "roles changed": gettext_lazy("changed the roles"),
    "second step reset": gettext_lazy("reset the second step of the log-in"),
    "sent_for_approval": gettext_lazy("sent it for approval"),
    "step_approved": gettext_lazy("gave the approval"),
    "step_rejected": gettext_lazy("decided against it"),
    "step_returned": gettext_lazy("wants something changed"),
    "escalated": gettext_lazy("asked somebody above as well, for time ran out"),
}
# What some events carry beside fields.
_BESIDE = {
    "lines": gettext_lazy("Lines"),
    "needs": gettext_lazy("Needs"),
    "items": gettext_lazy("Items"),
    "file": gettext_lazy("File"),
    "events": gettext_lazy("Events"),
    "roles": gettext_lazy("Roles"),
    "user": gettext_lazy("Account"),
    "faults": gettext_lazy("Faults"),
}
_UNTOLD = {"search_text", "version", "updated_at", "created_at", "path"}


@provides("history")
def sentences(document: models.Model, actor: Actor, limit: int) -> list[Entry]:
    """The latest events of a document and its lines, newest first."""
    events = list(history(document)[:limit])
    names = names_behind(events)
    return [sentence(event, document, names.get(event.on_behalf_of or 0, "")) for event in events]


def names_behind(events: Iterable[AuditEvent]) -> dict[int, str]:
    """Names of the people for whom others acted, by account; one statement, and none where nobody did."""
    keys = {event.on_behalf_of for event in events if event.on_behalf_of}
    return dict(User.objects.filter(pk__in=keys).values_list("pk", "name")) if keys else {}


def sentence(event: AuditEvent, document: models.Model | None = None, on_behalf_of: str = "") -> Entry:
    """One event as a sentence with its changes; `on_behalf_of` names the person it was done for."""
    model = model_of(event.subject_kind)
    changes = changes_of(event, model)
    text = words_of(event, model, changes)
    if document is not None and event.subject_kind != document._meta.label_lower:
        text = _("%(did)s: %(what)s") % {"did": text, "what": event.subject_text}
    who = event.actor_name or _("System")
    if on_behalf_of:
        who = _("%(who)s for %(other)s") % {"who": who, "other": on_behalf_of}
    return Entry(when=event.at, who=who, text=text, reason=event.reason, changes=changes)


def words_of(event: AuditEvent, model: Any, changes: list[tuple[str, str, str]]) -> str:
    """The verb in words: the move's own past, or the plain verbs every record has."""
    moves = getattr(model, "moves", None)
    move = moves().get(event.verb) if moves else None
    if move is not None:
        return str(move.past or move.label)
    if event.verb == "changed" and changes:
        return _("changed %(fields)s") % {"fields": ", ".join(field.lower() for field, _old, _new in changes[:4])}
    return str(PLAIN_VERBS.get(event.verb, event.verb.replace("_", " ")))


def changes_of(event: AuditEvent, model: Any) -> list[tuple[str, str, str]]:
    """(field, before, after) in the reader's words; only real changes of what a reader knows."""
    if event.verb == "created":
        return []
    return _told(event, model, {*_UNTOLD, "state"})


def all_changes(event: AuditEvent) -> list[tuple[str, str, str]]:
    """(field, before, after) of everything the event names, for those who look into the log."""
    return _told(event, model_of(event.subject_kind), set())


def _told(event: AuditEvent, model: Any, untold: set[str]) -> list[tuple[str, str, str]]:
    found = []
    for name, change in event.changes.items():
        if name in untold:
            continue
        before, after = change if isinstance(change, list) and len(change) == 2 else (None, change)
        field = _field(model, name)
        label = capfirst(str(getattr(field, "verbose_name", "") or _BESIDE.get(name, name.replace("_", " "))))
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


def model_of(label: str) -> Any:
    """The model of a logged kind; None where it is not known any more."""
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None

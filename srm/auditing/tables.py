"""Tables of the log."""

from __future__ import annotations

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.audit.models import AuditEvent, SecurityEvent
from srm.audit.panels import model_of, sentence
from srm.ui import tables


def did(event: AuditEvent) -> str:
    """What was done, in words."""
    return str(sentence(event).text)


def kind_of(event: AuditEvent) -> str:
    """The kind of record in words; its code, where the kind is not known any more."""
    model = model_of(event.subject_kind)
    return capfirst(str(model._meta.verbose_name)) if model is not None else event.subject_kind


def who(event: Any) -> str:
    """A name; what nobody did, the system did."""
    return event.actor_name or _("System")


class EventTable(tables.Table):
    at = tables.TimeColumn(gettext_lazy("When"), sort="at")
    actor_name = tables.TextColumn(gettext_lazy("Who"), accessor=who)
    did = tables.TextColumn(gettext_lazy("What"), accessor=did)
    kind = tables.TextColumn(gettext_lazy("Kind of record"), accessor=kind_of)
    subject_text = tables.TextColumn(gettext_lazy("Document"), hint="reason")
    sequence = tables.NumberColumn(gettext_lazy("No."))

    class Meta:
        model = AuditEvent
        hidden = ("sequence",)


class AttemptTable(tables.Table):
    at = tables.TimeColumn(gettext_lazy("When"), sort="at")
    actor_name = tables.TextColumn(gettext_lazy("Who"))
    kind = tables.TextColumn(gettext_lazy("Kind"))
    path = tables.TextColumn(gettext_lazy("Address"))
    detail = tables.TextColumn(gettext_lazy("Detail"))

    class Meta:
        model = SecurityEvent


class ChangeTable(tables.Table):
    """Fields before and after."""

    field = tables.TextColumn(gettext_lazy("Field"))
    before = tables.TextColumn(gettext_lazy("Before"))
    after = tables.TextColumn(gettext_lazy("Now"))

"""The log as sheets."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext_lazy as _

from srm.audit.models import AuditEvent, SecurityEvent
from srm.exchange.columns import Col
from srm.exchange.sheets import Sheet


def changes(event: Any) -> str:
    """The changes as the log keeps them."""
    return json.dumps(event.changes, ensure_ascii=False, sort_keys=True) if event.changes else ""


class EventSheet(Sheet):
    """Events with all that the chain is made of, so that a copy can be checked elsewhere."""

    model, title = AuditEvent, _("Audit log")
    columns = [
        Col("sequence", _("No."), kind="whole", way="out"),
        Col("at", _("When"), kind="moment", way="out"),
        Col("actor_name", _("Who"), way="out"),
        Col("verb", _("What"), way="out"),
        Col("subject_kind", _("Kind of record"), way="out"),
        Col("subject_id", _("Id"), way="out"),
        Col("subject_text", _("Document"), way="out"),
        Col("changes", _("Changes"), source=changes, way="out"),
        Col("reason", _("Reason"), way="out"),
        Col("request_id", _("Request id"), way="out"),
        Col("previous_hash", _("Hash before"), way="out"),
        Col("hash", _("Hash"), way="out"),
    ]


class AttemptSheet(Sheet):
    """Refused attempts."""

    model, title = SecurityEvent, _("Refused attempts")
    columns = [
        Col("at", _("When"), kind="moment", way="out"),
        Col("actor_name", _("Who"), way="out"),
        Col("kind", _("Kind"), way="out"),
        Col("path", _("Address"), way="out"),
        Col("detail", _("Detail"), way="out"),
        Col("request_id", _("Request id"), way="out"),
    ]

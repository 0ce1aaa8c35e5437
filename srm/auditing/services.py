"""Checking the chain of the log; the check is itself an event."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from srm.audit import append_only, selectors
from srm.audit import services as audit
from srm.audit.models import AuditEvent, AuditHead
from srm.core.actor import Actor
from srm.core.errors import NotAllowed
from srm.flow import uow

VERB = "checked the chain"


@dataclass(frozen=True)
class Check:
    """The latest check: who, when, how many events there were, and what was wrong."""

    event: AuditEvent
    events: int
    faults: list[str]


def check_chain(*, actor: Actor) -> list[str]:
    """Walk the whole chain and look for the triggers; what is wrong, as sentences for the administrator. Noted.

    Raises:
        NotAllowed: the log is not the actor's to read.
    """
    uow.require()
    if not actor.may("audit.view"):
        raise NotAllowed()
    head = AuditHead.objects.filter(pk=1).first()
    found = [
        *selectors.verify(),
        *(_("Rows of %(table)s can be changed.") % {"table": one} for one in append_only.missing()),
    ]
    if head is not None:
        audit.record(actor=actor, verb=VERB, subject=head, changes={"events": head.sequence, "faults": found[:20]})
    return found


def latest_check() -> Check | None:
    """The latest check of the chain, whoever made it."""
    kind = AuditHead._meta.label_lower
    event = AuditEvent.objects.filter(root_kind=kind, root_id="1", verb=VERB).order_by("-sequence").first()
    if event is None:
        return None
    return Check(event, int(event.changes.get("events", 0)), list(event.changes.get("faults", [])))

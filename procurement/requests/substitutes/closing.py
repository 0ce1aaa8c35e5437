"""Ending proposals: by an answer, or because what they were about is not there any more."""

from __future__ import annotations

from collections.abc import Iterable

from procurement.requests.models import RequestLine
from procurement.requests.substitutes import notices
from procurement.requests.substitutes.models import Outcome, SubstituteProposal
from srm.audit import services as audit
from srm.core import clock
from srm.core.actor import Actor

WHY = "what is proposed for the lines that change"


def open_for(lines: Iterable[int]) -> list[SubstituteProposal]:
    """Open proposals for these lines, locked in the order of their keys. The lines are locked by the caller."""
    rows = SubstituteProposal.objects.unscoped(WHY).open().filter(line__in=list(lines))
    return list(
        rows.select_related("line__request", "item", "created_by").select_for_update(of=("self",)).order_by("pk")
    )


def expire(lines: Iterable[int], *, actor: Actor) -> int:
    """Let what is proposed for these lines run out; how many proposals did."""
    found = open_for(lines)
    for row in found:
        close(row, Outcome.EXPIRED, actor=actor)
        notices.tell_expired(row, actor=actor)
    return len(found)


def close(row: SubstituteProposal, outcome: Outcome, *, actor: Actor, answer: str = "") -> None:
    """Write how a locked proposal ended, and let the line be planned unless it is held for another reason."""
    row.outcome, row.answer = outcome, answer
    row.answered_by_id, row.answered_at = actor.user_id, clock.now()
    row.save(update_fields=["outcome", "answer", "answered_by", "answered_at"])
    if row.hold:
        held = RequestLine.objects.unscoped(WHY).filter(pk=row.line_id, held_reason=row.hold)
        held.update(held_reason="")
    audit.record(
        actor=actor, verb=f"substitute_{outcome.value}", subject=row.line.request, reason=answer,
        changes={f"{row.line.position}. item": [row.asked_for, str(row.item)]},
    )  # fmt: skip

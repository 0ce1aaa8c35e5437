"""Needs that are held back: approved and open, but not to be planned yet, for a reason that everybody reads."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from procurement.requests import allocating
from procurement.requests.lifecycle import LineState
from procurement.requests.models import RequestLine
from procurement.requests.substitutes import closing
from srm.audit import services as audit
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, RuleBroken
from srm.flow import uow

HOLDING = "whoever plans holds back the needs of all departments"
MOST = 2000


def hold(*, actor: Actor, lines: Iterable[int], reason: str) -> int:
    """Hold open lines back from planning and from the own stock; how many of them were not held before.

    Raises:
        InvalidInput: no reason, or too many at once. RuleBroken: nothing of them is open.
    """
    reason = reason.strip()
    if not 3 <= len(reason) <= 300:
        raise InvalidInput({"reason": [_("Say why they are held back, in 3 to 300 characters.")]})
    found = [line for line in _locked(lines) if not line.held_reason]
    if not found:
        raise RuleBroken([_("Nothing of this is open, or it is held back already.")])
    _write(found, reason, "held back", actor)
    return len(found)


def let_plan(*, actor: Actor, lines: Iterable[int]) -> int:
    """Held lines may be planned again; how many.

    Raises:
        RuleBroken: none of them is held back, or another item is proposed for one.
    """
    found = [line for line in _locked(lines) if line.held_reason]
    if not found:
        raise RuleBroken([_("None of this is held back.")])
    if waiting := closing.open_for(line.pk for line in found):
        words = {"line": waiting[0].line.position, "request": waiting[0].line.request}
        raise RuleBroken(
            [_("%(request)s, line %(line)s: another item is proposed. It waits for the requester's answer.") % words]
        )
    _write(found, "", "let go", actor)
    return len(found)


def _locked(lines: Iterable[int]) -> list[RequestLine]:
    uow.require()
    wanted = set(lines)
    if len(wanted) > MOST:
        raise InvalidInput(_("At most %(most)d needs at once.") % {"most": MOST})
    rows = allocating.lock(wanted).values()
    return [line for line in rows if line.state == LineState.APPROVED and line.open_quantity > 0]


def _write(lines: list[RequestLine], reason: str, verb: str, actor: Actor) -> None:
    before = {line.pk: line.held_reason for line in lines}
    rows = RequestLine.objects.unscoped(HOLDING).filter(pk__in=list(before))
    rows.update(held_reason=reason)
    for line in rows.select_related("request").order_by("pk"):
        audit.record(
            actor=actor, verb=verb, subject=line, root=line.request, reason=reason,
            changes={"held_reason": [before[line.pk], reason]},
        )  # fmt: skip

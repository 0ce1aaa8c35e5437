"""Changing the lines that ask for scheduled needs, through the doors through which their requesters would."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from procurement.requests import services as requests
from procurement.requests.lifecycle import LineState
from procurement.requests.lines import FIELDS
from procurement.requests.models import PurchaseRequest, RequestLine
from procurement.requests.schedule.judging import Row
from procurement.requests.schedule.models import ScheduledNeed
from procurement.requests.schedule.reckoning import WAITING, Asked, Changes, follow
from srm.catalog.units import STEP
from srm.core.actor import Actor

LINES = "the lines that ask for what a schedule names"
ENDED = (LineState.REJECTED, LineState.CANCELLED)
DRAFTS = {LineState.DRAFT, LineState.RETURNED}
ZERO = Decimal(0)


@dataclass(frozen=True)
class Edit:
    """What a line becomes: `values` that change, or nothing of it stays."""

    line: RequestLine
    values: dict[str, Any] | None


def lines_of(needs: Iterable[ScheduledNeed]) -> dict[int, list[RequestLine]]:
    """{need: the lines that ask for it and have not ended}, the oldest first."""
    rows = RequestLine.objects.unscoped(LINES).filter(scheduled__in=[need.pk for need in needs])
    rows = rows.exclude(state__in=ENDED).select_related("request__requester", "place", "cost_center").order_by("pk")
    found: dict[int, list[RequestLine]] = defaultdict(list)
    for line in rows:
        assert line.scheduled_id is not None
        found[line.scheduled_id].append(line)
    return found


def asking(needs: Iterable[int]) -> QuerySet:
    """Needs that any line, also an ended one, points to."""
    rows = RequestLine.objects.unscoped(LINES).filter(scheduled__in=list(needs))
    return rows.order_by().values("scheduled")


def reckon(lines: Sequence[RequestLine], target: Decimal) -> Changes:
    """How the lines of a need come to ask for `target` base units."""
    return follow(
        [Asked(line.pk, line.state, line.base_quantity - line.given_up, _open(line)) for line in lines], target
    )


def changes_for(row: Row, lines: Sequence[RequestLine]) -> Changes:
    """How they come to ask for what a row says."""
    return reckon(lines, row.base_quantity)


def _open(line: RequestLine) -> Decimal:
    if line.state in WAITING:
        return line.base_quantity
    return line.open_quantity if line.state == LineState.APPROVED else ZERO


def edits_of(row: Row | None, lines: Sequence[RequestLine], changes: Changes) -> list[Edit]:
    """The changed lines; those that may still go elsewhere follow the row's place and payer."""
    found = []
    for line in lines:
        base = changes.lines.get(line.pk)
        if base is not None and not base:
            found.append(Edit(line, None))
            continue
        values: dict[str, Any] = {}
        if base is not None:
            values["quantity"] = (line.quantity * base / line.base_quantity).quantize(STEP)
        if row is not None and _open(line) == line.base_quantity:
            values |= {
                name: getattr(row, name)
                for name in ("place", "cost_center")
                if getattr(line, name) != getattr(row, name)
            }
        if values:
            found.append(Edit(line, values))
    return found


def stays(row: Row, line: RequestLine) -> bool:
    """Whether a line should go elsewhere, and cannot any more."""
    moved = (line.place, line.cost_center) != (row.place, row.cost_center)
    return moved and _open(line) != line.base_quantity and line.state == LineState.APPROVED


def in_unit(row: Row, base: Decimal) -> Decimal:
    """A part of a row, in its unit."""
    return (row.quantity * base / row.base_quantity).quantize(STEP)


def change_request(request: PurchaseRequest, edits: Sequence[Edit], *, actor: Actor, reason: str) -> None:
    """Change these lines of a request: edited while nobody has it, else amended, which asks again for what is more.

    Raises:
        DomainError: as its requester would read it.
    """
    by_id = {edit.line.public_id: edit for edit in edits}
    every = list(request.lines.select_related("item", "unit", "category", "place", "cost_center", "accepts_by"))
    drafts = {line.state for line in every} <= DRAFTS
    changeable = every if drafts else requests.amendable_lines(request)
    dropped = [line for line in changeable if (edit := by_id.get(line.public_id)) and edit.values is None]
    if len(dropped) == len(changeable):
        requests.cancel_part(request, actor=actor, lines=dropped, reason=reason)
        return
    kept = [line for line in changeable if line not in dropped]
    values = [
        {"id": line.public_id, **((by_id[line.public_id].values or {}) if line.public_id in by_id else {})}
        for line in kept
    ]
    if drafts:
        whole = [
            {**{name: getattr(line, name) for name in FIELDS}, **some} for line, some in zip(kept, values, strict=True)
        ]
        requests.update_request(request, actor=actor, lines=whole)
    else:
        requests.amend_request(request, actor=actor, lines=values, reason=reason)

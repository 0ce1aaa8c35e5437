"""A request's history as its reader tells it: decisions from the log, what became of the goods from the ledger.

The log has one event per line of a move; here they are one sentence. The ledger has one row per line and document;
here they are "merged with 5 other requests into D-2026-00771".
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from procurement.requests.models import KIND, Allocation, PurchaseRequest, RequestLine
from procurement.requests.selectors import ledger_of, whole_lines
from srm.audit.models import AuditEvent
from srm.audit.panels import PLAIN_VERBS, names_behind, sentence
from srm.audit.selectors import history as logged
from srm.ui import formats
from srm.ui.slots import Entry

READ = "the history of a request the reader sees"
TOGETHER = dt.timedelta(seconds=5)
MOST_EVENTS = 400


@dataclass
class Group:
    """Rows of the ledger that were written together for one document."""

    stage: str
    backwards: bool
    at: dt.datetime
    kind: str
    document_id: str
    number: str
    expected_on: dt.date | None
    lines: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    line_ids: set[int] = field(default_factory=set)


def entries(request: PurchaseRequest, limit: int) -> list[Entry]:
    """The latest sentences, newest first."""
    found = [*_decisions(request), *_goods(request, limit)]
    return sorted(found, key=lambda entry: entry.when, reverse=True)[:limit]


def _decisions(request: PurchaseRequest) -> list[Entry]:
    """The log, with the events of one move of many lines folded into one."""
    found: list[Entry] = []
    last: AuditEvent | None = None
    count = 0
    events = list(logged(request)[:MOST_EVENTS])
    names = names_behind(events)
    for event in events:
        of_line = event.subject_kind != KIND
        same = last is not None and of_line and _told_together(event, last)
        if same and found:
            count += 1
            found[-1].text = _plural(event, request, count)
            continue
        entry = sentence(event, request, names.get(event.on_behalf_of or 0, ""))
        if event.verb in _STEPS:
            entry.text = _STEPS[event.verb]()
        found.append(entry)
        last, count = (event, 1) if of_line else (None, 0)
        if of_line and request.line_count == 1:
            entry.text = _plural(event, request, 1)
    return found


_STEPS = {
    "step_approved": lambda: _("gave the approval"),
    "step_rejected": lambda: _("decided against it"),
    "step_returned": lambda: _("wants something changed"),
}


def _told_together(event: AuditEvent, last: AuditEvent) -> bool:
    same = (event.verb, event.actor_user_id, event.reason) == (last.verb, last.actor_user_id, last.reason)
    return same and abs(last.at - event.at) < TOGETHER


def _plural(event: AuditEvent, request: PurchaseRequest, count: int) -> str:
    move = RequestLine.moves().get(event.verb)
    did = str(move.past or move.label if move else PLAIN_VERBS.get(event.verb, event.verb))
    if count >= request.line_count:
        return did
    return ngettext("%(did)s: %(n)d line", "%(did)s: %(n)d lines", count) % {"did": did, "n": count}


def _goods(request: PurchaseRequest, limit: int) -> list[Entry]:
    """What the ledger tells, newest first."""
    lines = {line.pk: line for line in whole_lines(request)}
    rows = ledger_of(request)[::-1][: limit * 50]
    groups: dict[tuple, Group] = {}
    for row in rows:
        key = (row.run, row.stage, row.quantity < 0, row.document_id)
        group = groups.setdefault(
            key,
            Group(
                row.stage,
                row.quantity < 0,
                row.at,
                row.document_kind,
                row.document_id,
                row.document_number,
                row.expected_on,
            ),
        )
        group.lines[row.request_line_id] += abs(row.quantity)
        group.line_ids.add(row.line_id)
    chosen = list(groups.values())[:limit]
    people = _people(chosen)
    others = _others(chosen, request)
    return [Entry(group.at, _who(group, people), _told(group, lines, others)) for group in chosen]


def _who(group: Group, people: dict[tuple[str, str], str]) -> str:
    """Who did it; what leaves a demand was cancelled or released by somebody, whom the log names."""
    if group.backwards and group.stage == "planned" and group.number:
        return group.number
    return people.get((group.kind, group.document_id), "Quadrant")


def _told(group: Group, lines: dict[int, RequestLine], others: dict[tuple[str, int], int]) -> str:
    words: dict[str, Any] = {
        "number": group.number,
        "what": _amount(group, lines),
        "day": formats.day(group.expected_on),
    }
    if group.backwards and group.stage == "planned" and group.number:
        return _("asks for %(what)s less") % words
    if group.backwards:
        return _("took back %(what)s (%(number)s)") % words
    if group.stage == "planned":
        words["n"] = others.get((group.kind, min(group.line_ids)), 0)
        if words["n"]:
            return ngettext(
                "merged it with %(n)d other request into %(number)s", "merged it with %(n)d other requests into %(number)s",
                words["n"],
            ) % words  # fmt: skip
        return _("planned %(what)s (%(number)s)") % words
    return _SENTENCES[group.stage]() % words


_SENTENCES = {
    "stock": lambda: _("promised %(what)s from stock (%(number)s)"),
    "issued": lambda: _("handed out %(what)s (%(number)s)"),
    "tendered": lambda: _("asks suppliers for %(what)s (%(number)s)"),
    "ordered": lambda: _("ordered %(what)s (%(number)s)"),
    "confirmed": lambda: _("confirmed %(what)s for %(day)s (%(number)s)"),
    "shipped": lambda: _("sent %(what)s, due %(day)s (%(number)s)"),
    "received": lambda: _("received %(what)s for you (%(number)s)"),
    "invoiced": lambda: _("billed %(what)s (%(number)s)"),
}


def _amount(group: Group, lines: dict[int, RequestLine]) -> str:
    """ "40 pc of Bolt", or "4 lines"."""
    if len(group.lines) > 1:
        return ngettext("%(n)d line", "%(n)d lines", len(group.lines)) % {"n": len(group.lines)}
    ((pk, quantity),) = group.lines.items()
    return f"{formats.quantity(quantity, lines[pk].base_unit)} {lines[pk].what}"


def _people(groups: Iterable[Group]) -> dict[tuple[str, str], str]:
    """Who is behind each document: its supplier when he spoke, else its author."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for group in groups:
        wanted[group.kind].add(group.document_id)
    found: dict[tuple[str, str], str] = {}
    for kind, ids in wanted.items():
        model = apps.get_model(kind)
        names = {one.name for one in model._meta.get_fields()}
        related = [name for name in ("created_by", "supplier") if name in names]
        for document in model._base_manager.filter(public_id__in=ids).select_related(*related):
            speaks = next((group for group in groups if group.document_id == document.public_id), None)
            by = "supplier" if speaks and speaks.stage in {"confirmed", "shipped"} else "created_by"
            found[kind, document.public_id] = str(getattr(document, by, "") or document)
    return found


def _others(groups: Iterable[Group], request: PurchaseRequest) -> dict[tuple[str, int], int]:
    """How many other requests share the demand lines of each group, by its first line."""
    planned = [group for group in groups if group.stage == "planned" and not group.backwards]
    if not planned:
        return {}
    rows = Allocation.objects.unscoped(READ).filter(
        document_kind=planned[0].kind, stage="planned", quantity__gt=0,
        line_id__in={line_id for group in planned for line_id in group.line_ids},
    )  # fmt: skip
    sharers: dict[int, set[int]] = defaultdict(set)
    for line_id, other in (
        rows.exclude(request_line__request=request).values_list("line_id", "request_line__request").distinct()
    ):
        sharers[line_id].add(other)
    return {
        (group.kind, min(group.line_ids)): len(set().union(*(sharers[line_id] for line_id in group.line_ids)))
        for group in planned
    }

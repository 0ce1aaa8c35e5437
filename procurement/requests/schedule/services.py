"""Taking in a schedule: what it names becomes lines of requests, changed ones follow, what cannot is told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from procurement.requests import services as requests
from procurement.requests.correcting import checked_reason
from procurement.requests.models import RequestLine
from procurement.requests.schedule import writing
from procurement.requests.schedule.judging import Judge, Key, Outcome, Row, Verdict, gone_from, line_of, means, needs_of
from procurement.requests.schedule.models import ScheduledNeed
from srm.audit import services as audit
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import DomainError, InvalidInput, NotAllowed
from srm.flow import records, uow
from srm.ui import formats

EDIT = "schedule.edit"
MOST_ROWS = 500
NEEDS = "the needs that a schedule names"
CHUNK = 500


@dataclass
class Taken:
    """What became of the rows, and what the schedule does not name any more."""

    verdicts: list[Verdict]
    gone: list[ScheduledNeed]

    def count(self, outcome: str) -> int:
        """How many rows came out so."""
        return sum(verdict.outcome == outcome for verdict in self.verdicts)


def look(rows: Sequence[Row], *, actor: Actor, whole: bool) -> Taken:
    """What `take` would do; nothing is written. `whole` says that the rows are all that the schedule names.

    Raises:
        NotAllowed. InvalidInput: no row, or too many.
    """
    judge = _judge(rows, actor)
    verdicts = judge.judge(rows)
    changed = [one for one in verdicts if one.outcome in {Outcome.LESS, Outcome.ELSEWHERE}]
    needs = needs_of([one.row for one in changed])
    lines = writing.lines_of(needs.values())
    for one in changed:
        one.note = _note(one.row, lines[needs[one.row.key].pk])
    return Taken(verdicts, gone_from(judge) if whole else [])


def take(rows: Sequence[Row], *, actor: Actor, origin: str, whole: bool) -> Taken:
    """Take in a short schedule at once. Refused rows do not hold up the others.

    Raises:
        NotAllowed. InvalidInput: no row, or too many.
    """
    uow.require()
    judge = _judge(rows, actor)
    verdicts = judge.judge(rows)
    write([verdict for verdict in verdicts if verdict.outcome != Outcome.REFUSED], actor=actor, origin=origin)
    gone = gone_from(judge) if whole else []
    mark_gone(gone)
    return Taken(verdicts, gone)


def write(verdicts: Sequence[Verdict], *, actor: Actor, origin: str) -> None:
    """Write judged rows, some hundred at a time; each verdict says afterwards what really became of its row.

    Two who take in the same at once: the second waits for the first and finds that nothing is new.
    """
    uow.require()
    needs = _locked([verdict.row for verdict in verdicts])
    for verdict in verdicts:
        verdict.outcome = means(verdict.row, needs[verdict.row.key])
    changed = [verdict for verdict in verdicts if verdict.outcome != Outcome.SAME]
    lines = writing.lines_of([needs[verdict.row.key] for verdict in changed])
    by_request: dict[int, list[tuple[Verdict, writing.Edit]]] = defaultdict(list)
    for verdict in changed:
        behind = lines[needs[verdict.row.key].pk]
        changes = writing.changes_for(verdict.row, behind)
        verdict.note = _note(verdict.row, behind)
        for edit in writing.edits_of(verdict.row, behind, changes):
            by_request[edit.line.request_id].append((verdict, edit))
        if changes.beside:
            verdict.beside = writing.in_unit(verdict.row, changes.beside)
    _change(by_request, actor=actor, origin=origin)
    _raise([verdict for verdict in changed if verdict.beside], needs, actor=actor, origin=origin)
    _remember(verdicts, needs, actor=actor, origin=origin)


def withdraw(need: ScheduledNeed, *, actor: Actor, reason: str) -> Decimal:
    """Not needed any more: take back what nobody buys yet; returns how much, in base units, could not be taken back.

    Raises:
        NotAllowed. InvalidInput: no reason. RuleBroken: a line of it is somebody else's.
    """
    uow.require()
    if not actor.may(EDIT):
        raise NotAllowed()
    reason = checked_reason(reason)
    locked = records.locked_row(need)
    if not requests.may_ask_for(locked.department, actor):
        raise NotAllowed()
    lines = writing.lines_of([locked])[locked.pk]
    changes = writing.reckon(lines, Decimal(0))
    by_request: dict[int, list[writing.Edit]] = defaultdict(list)
    for edit in writing.edits_of(None, lines, changes):
        by_request[edit.line.request_id].append(edit)
    for _request, edits in sorted(by_request.items()):
        writing.change_request(edits[0].line.request, edits, actor=actor, reason=reason)
    before = locked.quantity
    locked.quantity = locked.base_quantity = Decimal(0)
    locked.is_gone = False
    locked.save(update_fields=["quantity", "base_quantity", "is_gone"])
    audit.record(actor=actor, verb="withdrawn", subject=locked, changes={"quantity": [before, 0]}, reason=reason)
    return changes.short


def mark_gone(needs: Iterable[ScheduledNeed]) -> None:
    """Note that a schedule does not name these any more; their lines stay."""
    keys = [need.pk for need in needs]
    for start in range(0, len(keys), CHUNK):
        rows = ScheduledNeed.objects.unscoped(NEEDS).filter(pk__in=keys[start : start + CHUNK])
        rows.update(is_gone=True)


# ------------------------------------------------------------------------------------------------ inside


def _note(row: Row, lines: Sequence[RequestLine]) -> str:
    """What of a row cannot be done, because it is being bought already."""
    changes, said = writing.changes_for(row, lines), []
    if changes.short:
        short = formats.quantity(changes.short, row.item.base_unit)
        said.append(_("%(n)s are being bought already and could not be taken back.") % {"n": short})
    if any(writing.stays(row, line) for line in lines):
        said.append(_("What is being bought already keeps its place and payer."))
    return " ".join(said)


def _judge(rows: Sequence[Row], actor: Actor) -> Judge:
    if not actor.may(EDIT):
        raise NotAllowed()
    if not rows:
        raise InvalidInput({"rows": [_("Name at least one row.")]})
    if len(rows) > MOST_ROWS:
        raise InvalidInput(
            {"rows": [_("At most %(n)d rows at a time. Upload longer ones as a file.") % {"n": MOST_ROWS}]}
        )
    return Judge(actor)


def _locked(rows: Sequence[Row]) -> dict[Key, ScheduledNeed]:
    """A need for every row, locked. Those not known yet are written first, as nothing, by whoever comes first."""
    known = needs_of(rows)
    fresh = [
        ScheduledNeed(
            department=row.department, source=row.source, reference=row.reference, item=row.item, need_by=row.need_by,
            unit=row.unit, place=row.place, cost_center=row.cost_center,
        )
        for row in sorted(rows, key=lambda row: row.key) if row.key not in known
    ]  # fmt: skip
    ScheduledNeed.objects.unscoped(NEEDS).bulk_create(fresh, batch_size=CHUNK, ignore_conflicts=True)
    found = needs_of(rows, locked=True)
    for row in rows:
        found[row.key].item = row.item
    return found


def _change(by_request: dict[int, list[tuple[Verdict, writing.Edit]]], *, actor: Actor, origin: str) -> None:
    """Change one request after the other; what it refuses is told at the rows and undone for this request alone."""
    reason = _("Production schedule: %(source)s") % {"source": origin}
    for _pk, some in sorted(by_request.items()):
        request = some[0][1].line.request
        try:
            with uow.savepoint():
                writing.change_request(request, [edit for _verdict, edit in some], actor=actor, reason=reason)
        except DomainError as fault:
            for verdict, _edit in some:
                _refuse(verdict, f"{request}: {fault}")


def _raise(verdicts: Sequence[Verdict], needs: dict[Key, ScheduledNeed], *, actor: Actor, origin: str) -> None:
    """Drafts for what is new or is asked for beside what is approved, one for each cost centre and source."""
    groups: dict[tuple[int, str], list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        if verdict.outcome != Outcome.REFUSED:
            groups[verdict.row.cost_center.pk, verdict.row.source].append(verdict)
    for _key, some in sorted(groups.items()):
        some.sort(key=lambda one: (one.row.need_by, one.row.reference, one.row.no))
        first = some[0].row
        title = _("Production schedule: %(source)s") % {"source": first.source}
        try:
            with uow.savepoint():
                request = requests.create_request(
                    actor=actor, title=title, department=first.department, cost_center=first.cost_center,
                    lines=[{**line_of(one.row), "quantity": one.beside} for one in some],
                )  # fmt: skip
                lines = list(request.lines.order_by("position"))
                for verdict, line in zip(some, lines, strict=True):
                    verdict.line, line.scheduled = line, needs[verdict.row.key]
                RequestLine.objects.unscoped(NEEDS).bulk_update(lines, ["scheduled"], batch_size=200)
                audit.record(actor=actor, verb="scheduled", subject=request, reason=origin)
        except DomainError as fault:
            for verdict in some:
                _refuse(verdict, str(fault))


def _refuse(verdict: Verdict, sentence: str) -> None:
    verdict.outcome, verdict.note, verdict.line = Outcome.REFUSED, "", None
    verdict.faults.setdefault("", sentence)


def _remember(
    verdicts: Sequence[Verdict], needs: dict[Key, ScheduledNeed], *, actor: Actor, origin: str
) -> None:  # fmt: skip
    """What the schedule said last. What was refused is asked again by the next one; where it was new, nothing stays."""
    seen = {"seen_at": clock.now(), "origin": origin[:150], "is_gone": False}
    changed, named, never = [], [], []
    for verdict in verdicts:
        row, need = verdict.row, needs[verdict.row.key]
        if verdict.outcome == Outcome.REFUSED:
            never += [need.pk] if not need.base_quantity else []
            continue
        named.append(need.pk)
        if verdict.outcome != Outcome.SAME:
            verb = "created" if verdict.outcome == Outcome.NEW else "changed"
            quantities = [need.base_quantity or None, row.base_quantity]
            audit.record(actor=actor, verb=verb, subject=need, changes={"quantity": quantities}, reason=verdict.note)
            need.quantity, need.base_quantity, need.unit = row.quantity, row.base_quantity, row.unit
            need.place, need.cost_center = row.place, row.cost_center  # type: ignore[assignment]
            changed.append(need)
    rows = ScheduledNeed.objects.unscoped(NEEDS)
    # They are there and locked; hundreds of rows are set in one statement much faster this way than case by case.
    names = ["quantity", "base_quantity", "unit", "place", "cost_center"]
    rows.bulk_create(changed, batch_size=CHUNK, update_conflicts=True, update_fields=names, unique_fields=["id"])
    rows.filter(pk__in=named).update(**seen)
    rows.filter(pk__in=never).exclude(pk__in=writing.asking(never)).delete()

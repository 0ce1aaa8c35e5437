"""Checking a file line by line into the staging table, in short transactions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from srm.core.actor import Actor
from srm.exchange import services
from srm.exchange.columns import as_json
from srm.exchange.importer import ImportKind
from srm.exchange.mapping import SKIP, Plan, is_blank_line
from srm.exchange.models import ImportRow, ImportRun, as_dicts
from srm.exchange.parsing import ParsedRow
from srm.exchange.readers import LIMITS, read_table
from srm.jobs.run import JobRun

WHY = "the import has been resolved"
PORTION = 500
DELETED_AT_ONCE = 2000
_QUOTED = re.compile(r"“[^”]*”")


class Staging:
    """One check of one import: reads, judges, stages."""

    def __init__(self, run: ImportRun, kind: ImportKind, actor: Actor) -> None:
        self.run, self.kind, self.actor = run, kind, actor
        self.plan = Plan.from_json(run.mapping)
        self.parser = kind.parser(self.plan, actor)
        self.context = kind.context(actor)
        self.totals: dict[str, Any] = {}
        self.seen: dict[tuple, int] = {}
        self.total = 0

    def judged(self, lines: list[tuple[int, list[Any]]]) -> list[ParsedRow]:
        """A portion of lines, parsed and checked."""
        treated = {number: self.plan.treatment_of(raw) for number, raw in lines}
        skipped = [ParsedRow(number, raw, treatment=SKIP) for number, raw in lines if treated[number] == SKIP]
        rows = self.parser.parse((number, raw) for number, raw in lines if treated[number] != SKIP)
        for row in rows:
            row.treatment = treated[row.line]
            self._check_twice(row)
        self.kind.check_rows(rows, self.context)
        for row in rows:
            if row.is_good and not row.skipped:
                self.kind.tally(row, self.totals)
        return sorted([*rows, *skipped], key=lambda row: row.line)

    def _check_twice(self, row: ParsedRow) -> None:
        """The same key twice in one file: the second is refused, for nobody knows which is meant."""
        if not self.kind.key:
            return
        key = tuple(row.values.get(name) for name in self.kind.key)
        if any(part is None for part in key):
            return
        first = self.seen.setdefault(key, row.line)
        if first != row.line:
            row.blame(self.kind.key[0], _("The same stands in line %(line)d.") % {"line": first})

    def staged(self, row: ParsedRow) -> ImportRow:
        """The line as it is kept."""
        outcome = ImportRow.Outcome.PENDING if row.is_good else ImportRow.Outcome.REJECTED
        if row.treatment == SKIP or row.skipped:
            outcome = ImportRow.Outcome.SKIPPED
        return ImportRow(
            run=self.run,
            line=row.line,
            raw=row.raw,
            parsed={name: as_json(value) for name, value in row.values.items() if value is not None},
            faults=as_dicts(row.faults),
            treatment=row.treatment,
            outcome=outcome,
            reason=row.skipped[:300] or reason_of(row, self.kind),
        )


def check(run: ImportRun, kind: ImportKind, job: JobRun) -> Staging:
    """Stage the whole file anew; each portion is a transaction of its own, refused when the job is no longer ours.

    Raises:
        InvalidInput, TooLarge: the file cannot be read to its end. Cancelled, LeaseLost.
    """
    clear(run, job)
    staging = Staging(run, kind, job.actor)
    about = max(int(run.info.get("rows") or 0) - staging.plan.heading - 1, 0)
    with (
        services.local_copy(run) as path,
        read_table(path, name=run.file_name, sheet=run.info["sheet"], limits=LIMITS) as table,
    ):
        for lines in _portions(table, staging.plan.heading):
            rows = [staging.staged(row) for row in staging.judged(lines)]
            with transaction.atomic():
                job.hold()
                ImportRow.objects.unscoped(WHY).bulk_create(rows)
            staging.total += len(rows)
            job.progress(staging.total, max(about, staging.total) or None, _("Checking lines"))
    kind.conclude(staging.context, staging.totals)
    return staging


def clear(run: ImportRun, job: JobRun) -> None:
    """Delete lines staged before, some at a time."""
    while keys := list(run.rows_of().values_list("pk", flat=True)[:DELETED_AT_ONCE]):
        with transaction.atomic():
            job.hold()
            ImportRow.objects.unscoped(WHY).filter(pk__in=keys).delete()


def _portions(table: Any, heading: int) -> Iterator[list[tuple[int, list[Any]]]]:
    """Lines below the heading that say anything, with their numbers, some at a time."""
    portion: list[tuple[int, list[Any]]] = []
    for number, raw in enumerate(table, 1):
        if number > heading + 1 and not is_blank_line(raw):
            portion.append((number, raw))
        if len(portion) >= PORTION:
            yield portion
            portion = []
    if portion:
        yield portion


def reason_of(row: ParsedRow, kind: ImportKind) -> str:
    """What is wrong with a line, without the cell's own words, so that lines with the same fault count together."""
    if not row.faults:
        return ""
    first = row.faults[0]
    column = next((one for one in kind.fields if one.name == first.column), None)
    message = _QUOTED.sub("“…”", first.message)
    return (f"{column.heading(kind.model)}: {message}" if column else message)[:300]


def apply_in_portions(run: ImportRun, kind: ImportKind, job: JobRun, work: Callable[[], Any]) -> None:
    """Import the good lines portion by portion: effect and outcome in one transaction, so a restart goes on after it."""
    parser, done = (
        kind.parser(Plan.from_json(run.mapping), job.actor),
        run.total - run.good - run.skipped - run.rejected,
    )
    for some in run.staged():
        for start in range(0, len(some), kind.portion):
            part = some[start : start + kind.portion]
            with work():
                job.hold()
                _apply_part(run, kind, job.actor, part, parser.parse((row.line, row.raw) for row in part))
            done += len(part)
            job.progress(done, run.total, _("Importing lines"))


def _apply_part(run: ImportRun, kind: ImportKind, actor: Actor, part: list[ImportRow], rows: list[ParsedRow]) -> None:
    """Lines are read again: what they refer to may have changed since the check."""
    treatments = {row.line: row.treatment for row in part}
    for row in rows:
        row.treatment = treatments[row.line]
    kind.apply_rows([row for row in rows if row.is_good], run=run, actor=actor)
    by_line = {row.line: row for row in rows}
    for kept in part:
        read = by_line.get(kept.line)
        kept.outcome = ImportRow.Outcome.IMPORTED if read and read.is_good else ImportRow.Outcome.REJECTED
        if read and read.faults:
            kept.faults, kept.reason = as_dicts(read.faults), reason_of(read, kind)
    ImportRow.objects.unscoped(WHY).bulk_update(part, ["outcome", "faults", "reason"])

"""The way of a file in: received, mapped, checked, applied. Jobs do the long parts (see jobs.py)."""

from __future__ import annotations

import hashlib
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from srm.audit import services as audit
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import DomainError, InvalidInput, RuleBroken, Stale
from srm.exchange.importer import ImportKind, kind_named
from srm.exchange.mapping import Plan, complete, first_plan, preset_for
from srm.exchange.models import ImportMapping, ImportRow, ImportRun
from srm.exchange.readers import read_table
from srm.files.names import clean_name
from srm.jobs import services as jobs

FOLDER = "imports"
HEAD, LOOKED_AT = 100, 1500
WHY = "the caller has resolved the import"
State = ImportRun.State


# ------------------------------------------------------------------------------------------------ receiving


@dataclass(frozen=True)
class Received:
    """A file that was looked at and put into the store."""

    file_name: str
    storage_name: str
    size: int
    sha256: str
    info: dict[str, Any]
    plan: Plan
    profile: list[dict[str, Any]]


def receive(upload: Any, kind: ImportKind, *, sheet: str = "") -> Received:
    """Look at a file and store it, before the unit of work: it is read by a child process, which takes its time.

    Raises:
        InvalidInput, TooLarge: it will not be read; the sentence says why.
    """
    name = clean_name(getattr(upload, "name", ""))
    with tempfile.NamedTemporaryFile(prefix="import-", suffix=".part") as local:
        digest, size = hashlib.sha256(), 0
        upload.seek(0)
        while block := upload.read(1 << 20):
            size += len(block)
            digest.update(block)
            local.write(block)
        local.flush()
        info, plan, profile = look_at(Path(local.name), name, kind, sheet)
        local.seek(0)
        stored = default_storage.save(f"{FOLDER}/{clock.today():%Y/%m/%d}/{secrets.token_urlsafe(24)}", File(local))
    return Received(name, stored, size, digest.hexdigest(), info, plan, profile)


def look_at(
    path: Path, name: str, kind: ImportKind, sheet: str = "", heading: int | None = None
) -> tuple[dict[str, Any], Plan, list[dict[str, Any]]]:
    """(what the file is, the plan guessed for it, the profile of its columns).

    The plan is made from the first lines and a sample of all others: what a column holds often changes half-way.

    Raises:
        InvalidInput, TooLarge: it will not be read, or holds no table.
    """
    with read_table(path, name=name, sheet=sheet) as table:
        info, every = table.info, max(1, table.info.rows // LOOKED_AT)
        rows = [row for number, row in enumerate(table) if number < HEAD or number % every == 0]
    if not any(rows):
        raise InvalidInput({"file": _("There is no table in this file.")})
    plan, profile = first_plan(kind.fields, rows, kind.model, heading)
    if saved := preset_for(kind.presets, rows[plan.heading]):
        plan = plan.fit(saved, rows[plan.heading])
        complete(plan, kind.fields, profile)
    known = {"format": info.format, "encoding": info.encoding, "delimiter": info.delimiter, "sheets": info.sheets,
             "sheet": info.sheet, "rows": info.rows, "titles": [_title(cell) for cell in rows[plan.heading]]}  # fmt: skip
    return known, plan, profile


def _title(cell: Any) -> str:
    return "" if cell is None else str(cell)[:200]


@transaction.atomic
def begin(received: Received, kind: ImportKind, *, actor: Actor) -> ImportRun:
    """A new import of a received file.

    Raises:
        NotAllowed
    """
    kind.require(actor)
    run = ImportRun(
        kind=kind.name,
        file_name=received.file_name,
        storage_name=received.storage_name,
        size=received.size,
        sha256=received.sha256,
        info=received.info,
        profile=received.profile,
        mapping=received.plan.as_json(),
        user_id=actor.user_id,
    )
    run.save()
    audit.record(actor=actor, verb="created", subject=run, changes={"sha256": [None, run.sha256]})
    return run


def look_again(run: ImportRun, *, sheet: str, heading: int | None) -> tuple[dict[str, Any], Plan, list[dict[str, Any]]]:
    """What `look_at` says of another sheet of the file, or of another line as its heading; before the unit of work."""
    with local_copy(run) as path:
        return look_at(path, run.file_name, kind_named(run.kind), sheet, heading)


@transaction.atomic
def choose_table(run: ImportRun, seen: tuple[dict[str, Any], Plan, list[dict[str, Any]]], *, actor: Actor) -> ImportRun:
    """Read the import from what `look_again` saw; the mapping starts afresh.

    Raises:
        RuleBroken, NotAllowed
    """
    kind_named(run.kind).require(actor)
    run = _locked(run)
    _refuse_unless(run, ImportRun.EDITABLE, _("This import has been applied or cancelled. Upload the file again."))
    info, plan, profile = seen
    _cancel_job(run, actor)
    return _change(run, state=State.UPLOADED, info=info, mapping=plan.as_json(), profile=profile, error="")


@contextmanager
def local_copy(run: ImportRun) -> Iterator[Path]:
    """The file of an import on this machine's disk, wherever the store is."""
    with default_storage.open(run.storage_name) as source, tempfile.NamedTemporaryFile(prefix="import-") as local:
        while block := source.read(1 << 20):
            local.write(block)
        local.flush()
        yield Path(local.name)


# ------------------------------------------------------------------------------------------------- mapping


@transaction.atomic
def choose_mapping(run: ImportRun, plan: Plan, *, actor: Actor, version: int | None = None) -> ImportRun:
    """Take the user's mapping and queue the check.

    Raises:
        InvalidInput: a required column has no source. RuleBroken, Stale, NotAllowed.
    """
    kind = kind_named(run.kind)
    kind.require(actor)
    run = _locked(run, version)
    _refuse_unless(run, ImportRun.EDITABLE, _("This import has been applied or cancelled. Upload the file again."))
    if lacking := plan.lacking(kind.fields):
        sentence = _("Say which column holds this, or what it is for all lines.")
        raise InvalidInput({column.name: sentence for column in lacking})
    _cancel_job(run, actor)
    job = jobs.enqueue(
        "exchange.check", actor=actor, title=_("Check %(file)s") % {"file": run.file_name}, run=run.public_id
    )
    return _change(run, state=State.MAPPED, mapping=plan.as_json(), job=job, error="")


@transaction.atomic
def save_mapping(run: ImportRun, plan: Plan, name: str, *, shared: bool, actor: Actor) -> ImportMapping:
    """Keep the mapping under a name for the next file of this origin; one's own of that name is replaced.

    Raises:
        NotAllowed
    """
    kind_named(run.kind).require(actor)
    assert actor.user_id is not None
    saved, _made = ImportMapping.objects.unscoped("one's own").update_or_create(
        user_id=actor.user_id,
        kind=run.kind,
        name=name.strip()[:80],
        defaults={"mapping": plan.saved(run.info["titles"]), "shared": shared, "updated_at": clock.now()},
    )
    return saved


def forget_mapping(mapping: ImportMapping, *, actor: Actor) -> None:
    """Delete one's own saved mapping.

    Raises:
        RuleBroken: it is somebody else's.
    """
    if mapping.user_id != actor.user_id:
        raise RuleBroken([_("Only its owner can delete a shared mapping.")])
    mapping.delete()


# ------------------------------------------------------------------------------------------------ applying


@transaction.atomic
def request_apply(run: ImportRun, *, actor: Actor, version: int | None = None) -> ImportRun:
    """Queue the import of the good lines.

    Raises:
        RuleBroken: it is not checked, or has no good line. Stale, NotAllowed.
    """
    kind_named(run.kind).require(actor)
    run = _locked(run, version)
    _refuse_unless(run, (State.CHECKED,), _("Only a checked import can be applied."))
    if not run.good:
        raise RuleBroken([_("There is no good line to import.")])
    job = jobs.enqueue(
        "exchange.apply", actor=actor, title=_("Import %(file)s") % {"file": run.file_name}, run=run.public_id
    )
    return _change(run, state=State.APPLYING, job=job, error="")


@transaction.atomic
def cancel(run: ImportRun, *, actor: Actor) -> ImportRun:
    """Give an import up; what a portion-wise import has written so far stays and is counted.

    Raises:
        RuleBroken: it has been applied.
    """
    kind_named(run.kind).require(actor)
    run = _locked(run)
    _refuse_unless(run, (*ImportRun.EDITABLE, State.APPLYING), _("This import has ended already."))
    job = _cancel_job(run, actor)
    if run.state == State.APPLYING and job is not None and job.is_open:
        return run  # the worker says when it has stopped
    audit.record(actor=actor, verb="cancelled", subject=run)
    return _change(run, state=State.CANCELLED)


def finish_check(run: ImportRun, *, total: int, totals: dict[str, Any]) -> ImportRun:
    """Note what the check found; called by the job, in its transaction."""
    counted = _counts(run)
    # PostgreSQL keeps the keys of JSON in an order of its own; a list stays as it is.
    info = {**run.info, "figures": list(totals)}
    return _change(run, state=State.CHECKED, total=total, totals=totals, checked_at=clock.now(), info=info, **counted)


def finish_apply(run: ImportRun, *, actor: Actor, result: dict[str, Any] | None) -> ImportRun:
    """Note that the good lines are in; called by the job, in the transaction of the effect."""
    run.rows_of(ImportRow.Outcome.PENDING).update(outcome=ImportRow.Outcome.IMPORTED)
    counted = _counts(run)
    audit.record(
        actor=actor, verb="imported", subject=run,
        changes={"imported": [0, counted["imported"]], "rejected": [0, counted["rejected"]]},
    )  # fmt: skip
    told, info = audit.plain(result or {}), {**run.info, "figures": [*run.info.get("figures", ()), *(result or ())]}
    return _change(run, state=State.APPLIED, applied_at=clock.now(), result=told, info=info, **counted)


def fail(run: ImportRun, fault: DomainError, *, actor: Actor) -> ImportRun:
    """Note why a check or an import was refused as a whole; the user may map and try again."""
    run = _locked(run)
    audit.record(actor=actor, verb="failed", subject=run, reason=str(fault)[:500])
    return _change(run, state=State.FAILED, error=str(fault), **_counts(run))


def stopped(run: ImportRun, *, actor: Actor) -> ImportRun:
    """Note that the user stopped the job: back to checked when nothing was written, else cancelled."""
    run = _locked(run)
    if run.state == State.MAPPED:
        return _change(run, state=State.UPLOADED)
    if run.state != State.APPLYING:
        return run
    if not run.rows_of(ImportRow.Outcome.IMPORTED).exists():
        return _change(run, state=State.CHECKED)
    audit.record(actor=actor, verb="cancelled", subject=run)
    return _change(run, state=State.CANCELLED, **_counts(run))


def _counts(run: ImportRun) -> dict[str, int]:
    outcome = ImportRow.Outcome
    found = {name: run.rows_of(name).count() for name in outcome.values}
    return {
        "good": found[outcome.PENDING],
        "imported": found[outcome.IMPORTED],
        "rejected": found[outcome.REJECTED],
        "skipped": found[outcome.SKIPPED],
    }


def _locked(run: ImportRun, version: int | None = None) -> ImportRun:
    fresh = ImportRun.objects.unscoped(WHY).select_for_update().get(pk=run.pk)
    if version is not None and version != fresh.version:
        raise Stale
    return fresh


def _refuse_unless(run: ImportRun, states: Sequence[str], sentence: str) -> None:
    if run.state not in states:
        raise RuleBroken([sentence])


def _cancel_job(run: ImportRun, actor: Actor) -> Any:
    job = run.job
    if job is not None and job.is_open:
        return jobs.cancel(job, actor=actor)
    return job


def _change(run: ImportRun, **values: Any) -> ImportRun:
    for name, value in values.items():
        setattr(run, name, value)
    run.version += 1
    run.save(update_fields=[*values, "version"])
    return run

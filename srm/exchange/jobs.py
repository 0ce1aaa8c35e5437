"""Checking, applying, exporting in the background; tidying up."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.core import clock
from srm.core.errors import DomainError, Missing
from srm.exchange import services, staging
from srm.exchange.importer import ImportKind, kind_named
from srm.exchange.models import Export, ImportRow, ImportRun
from srm.jobs.registry import job
from srm.jobs.run import Cancelled, JobRun
from srm.jobs.ticker import daily
from srm.ui.links import url_of
from srm.ui.slots import unit_of_work

State = ImportRun.State
WHY = "housekeeping"
KEEP_FILES = dt.timedelta(days=30)
KEEP_LINES = dt.timedelta(days=180)
KEEP_EXPORTS = dt.timedelta(days=7)


@job("exchange.check", title=gettext_lazy("Check an import"), permission="exchange.import", attempts=3)
def check(handle: JobRun, *, run: str) -> None:
    """Read and judge every line of an uploaded file."""
    found, kind = _load(run, handle)
    if found.state != State.MAPPED:
        return
    try:
        result = staging.check(found, kind, handle)
        with unit_of_work():
            handle.hold()
            found = services.finish_check(found, total=result.total, totals=_told(result.totals))
            handle.complete({"url": url_of(found), "label": _("See the lines"), "text": _summary(found)})
    except DomainError as fault:
        _refused(found, fault, handle)
    except Cancelled:
        _stopped(found, handle)


@job("exchange.apply", title=gettext_lazy("Import lines"), permission="exchange.import", attempts=5)
def apply(handle: JobRun, *, run: str) -> None:
    """Import the good lines of a checked file: at once, or in portions each of which is done exactly once."""
    found, kind = _load(run, handle)
    if found.state != State.APPLYING:
        return
    try:
        if not kind.whole:
            staging.apply_in_portions(found, kind, handle, unit_of_work)
        parts = (
            kind.parts(found, actor=handle.actor, progress=handle.progress) if kind.whole else [(lambda: None, True)]
        )
        for work, is_last in parts:
            with unit_of_work():
                handle.hold()
                result = work()
                if is_last:
                    found = services.finish_apply(found, actor=handle.actor, result=result)
                    handle.complete({"url": url_of(found), "label": _("See the result"), "text": _summary(found)})
    except DomainError as fault:
        _refused(found, fault, handle)
    except Cancelled:
        _stopped(found, handle)


@job("exchange.export", title=gettext_lazy("Export a list"), permission="exchange.export", attempts=3)
def export(handle: JobRun, *, path: str, query: str, format: str) -> None:
    """Write a list too long for a page's answer into a file of the store."""
    from srm.exchange.exports import export_in_background  # it stands above: it knows pages

    export_in_background(handle, path=path, query=query, format=format)


def _load(public_id: str, handle: JobRun) -> tuple[ImportRun, ImportKind]:
    found = ImportRun.objects.visible_to(handle.actor).filter(public_id=public_id).first()
    if found is None:
        raise Missing
    kind = kind_named(found.kind)
    kind.require(handle.actor)
    return found, kind


def _refused(run: ImportRun, fault: DomainError, handle: JobRun) -> None:
    """Keep the reason on the import, then let the job end with it."""
    with unit_of_work():
        handle.hold()
        services.fail(run, fault, actor=handle.actor)
    raise fault


def _stopped(run: ImportRun, handle: JobRun) -> None:
    with unit_of_work():
        services.stopped(run, actor=handle.actor)
    raise Cancelled


def _told(totals: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in totals.items()}


def _summary(run: ImportRun) -> str:
    if run.state == State.APPLIED:
        return _("%(imported)d lines imported, %(rejected)d rejected.") % {
            "imported": run.imported,
            "rejected": run.rejected,
        }
    return _("%(good)d good lines, %(rejected)d with faults.") % {"good": run.good, "rejected": run.rejected}


@daily(4, name="exchange.tidy")
def tidy() -> None:
    """Delete files and staged lines that nobody needs any more; the record of imports and exports stays."""
    now = clock.now()
    old_files = ImportRun.objects.unscoped(WHY).exclude(storage_name="").filter(created_at__lt=now - KEEP_FILES)
    for run in old_files.exclude(state__in=[State.MAPPED, State.APPLYING])[:500]:
        default_storage.delete(run.storage_name)
        run.storage_name = ""
        run.save(update_fields=["storage_name"])
    for gone in Export.objects.unscoped(WHY).exclude(storage_name="").filter(created_at__lt=now - KEEP_EXPORTS):
        default_storage.delete(gone.storage_name)
        gone.storage_name = ""
        gone.save(update_fields=["storage_name"])
    old_lines = (
        ImportRow.objects.unscoped(WHY).filter(run__created_at__lt=now - KEEP_LINES).values_list("pk", flat=True)
    )
    while keys := list(old_lines[:2000]):
        ImportRow.objects.unscoped(WHY).filter(pk__in=keys).delete()

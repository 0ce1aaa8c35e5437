"""List exports: what a list shows, as a file, with the name of who took it.

Short lists are written at once, long ones by a job. Either way the export is noted: who, what, which filter, how many.
"""

from __future__ import annotations

import hashlib
import secrets
import tempfile
from collections.abc import Callable
from types import SimpleNamespace
from typing import IO

from django.core.files import File
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.urls import resolve
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from srm.audit import services as audit
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, Missing, NotAllowed
from srm.exchange.models import Export
from srm.exchange.sheets import Sheet
from srm.exchange.shown import sheet_of
from srm.files.serving import download
from srm.jobs import services as jobs
from srm.jobs.run import JobRun
from srm.people.models import User
from srm.ui.links import url_of
from srm.ui.pages import ListPage
from srm.ui.slots import provides, unit_of_work

AT_ONCE = 10_000
FOLDER = "exports"
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
# What spreadsheets of these languages take for a cell's end and a decimal point.
DIALECTS = {"ru": (";", ","), "bg": (";", ",")}


@provides("export")
def export_list(page: type[ListPage], queryset: QuerySet, actor: Actor, request: HttpRequest) -> HttpResponseBase:
    """The rows of a list as a file; for a long list, the page of the job that writes it.

    Raises:
        InvalidInput: no such format. NotAllowed: exporting is a right of its own.
    """
    sheet = sheet_of(page)
    if sheet is None or not actor.may("exchange.export"):
        raise NotAllowed
    kind = format_of(request.GET.get("export", ""))
    query = _filter_of(request.GET)
    if _is_long(queryset):
        with unit_of_work():
            title = _("Export: %(title)s") % {"title": sheet.heading()}
            job = jobs.enqueue("exchange.export", actor=actor, title=title, path=request.path, query=query, format=kind)
        return HttpResponseRedirect(url_of(job) or "/")
    file = tempfile.TemporaryFile(prefix="export-")  # noqa: SIM115  the answer closes it
    made = write(file, sheet, queryset, actor, kind=kind, query=query)
    with unit_of_work():
        note(made, actor=actor)
    return download(request, file, name=file_name(made), content_type=TYPES[kind], size=made.size)


def format_of(word: str) -> str:
    """The format asked for.

    Raises:
        InvalidInput: there is no such format.
    """
    if word not in TYPES:
        raise InvalidInput({"export": _("Choose xlsx or csv.")})
    return word


def _is_long(queryset: QuerySet) -> bool:
    return queryset.order_by()[: AT_ONCE + 1].count() > AT_ONCE


def _filter_of(query: QueryDict) -> str:
    """The list's filter and order as they stand in its address."""
    kept = query.copy()
    for name in ("export", "cursor"):
        kept.pop(name, None)
    return kept.urlencode()


def write(
    file: IO[bytes], sheet: type[Sheet], queryset: QuerySet, actor: Actor, *, kind: str, query: str,
    progress: Callable[[int], None] | None = None,
) -> Export:  # fmt: skip
    """Write the rows into `file`, wind it back, and return the record of it (not saved yet)."""
    if kind == "xlsx":
        facts = [(_("Filter"), QueryDict(query).urlencode(safe="/:")) if query else (_("Filter"), _("none"))]
        rows = sheet.export_xlsx(queryset, actor, file, facts=facts, progress=progress)
    else:
        delimiter, mark = DIALECTS.get((get_language() or "")[:2], (",", "."))
        rows = sheet.export_csv(queryset, actor, file, delimiter=delimiter, decimal_mark=mark, progress=progress)
    size = file.tell()
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    file.seek(0)
    return Export(
        title=sheet.heading()[:150], model=queryset.model._meta.label_lower, query=query, format=kind, row_count=rows, size=size,
        sha256=digest, user_id=actor.user_id,
    )  # fmt: skip


def note(made: Export, *, actor: Actor) -> None:
    """Keep the record of an export, here and in the audit log."""
    made.save()
    changes = {"rows": [None, made.row_count], "query": [None, made.query], "sha256": [None, made.sha256]}
    audit.record(actor=actor, verb="exported", subject=made, changes=changes)


def file_name(made: Export) -> str:
    """A name that says what and when."""
    return f"{slugify(made.title, allow_unicode=True) or 'export'}-{clock.today():%Y-%m-%d}.{made.format}"


# ------------------------------------------------------------------------------------------- in the background


def export_in_background(handle: JobRun, *, path: str, query: str, format: str) -> None:
    """Write the file of a long list into the store and tell where it lies.

    Raises:
        Missing, NotAllowed: the page is no list, or not this actor's any more.
    """
    kind, actor = format_of(format), handle.actor
    page = page_at(path, query, actor)
    sheet = sheet_of(type(page))
    assert sheet is not None
    rows = page.exported()
    total = rows.order_by().count()
    with tempfile.TemporaryFile(prefix="export-") as file:
        made = write(
            file, sheet, rows, actor, kind=kind, query=query,
            progress=lambda done: handle.progress(done, max(done, total), _("Writing rows")),
        )  # fmt: skip
        made.storage_name = default_storage.save(
            f"{FOLDER}/{clock.today():%Y/%m/%d}/{secrets.token_urlsafe(24)}", File(file)
        )
    with unit_of_work():
        handle.hold()
        note(made, actor=actor)
        text = _("%(n)d rows. The file is kept for a week.") % {"n": made.row_count}
        handle.complete(
            {"url": f"/exchange/exports/{made.public_id}/file/", "label": _("Fetch the file"), "text": text}
        )


def page_at(path: str, query: str, actor: Actor) -> ListPage:
    """The list page at an address as `actor` would see it.

    Raises:
        Missing: there is no list at this address. NotAllowed: his rights do not include it.
    """
    found = resolve(path)
    page_class = getattr(found.func, "view_class", None)
    if page_class is None or not issubclass(page_class, ListPage) or sheet_of(page_class) is None:
        raise Missing
    if not (actor.may(page_class.permission) and actor.may(page_class.export_permission)):
        raise NotAllowed
    request = HttpRequest()
    request.method, request.path, request.GET = "GET", path, QueryDict(query)  # type: ignore[assignment]
    request.actor = actor  # type: ignore[attr-defined]
    request.user = User.objects.filter(pk=actor.user_id).first()  # type: ignore[assignment]
    request.htmx = SimpleNamespace(target="")  # type: ignore[attr-defined]
    page = page_class()
    page.setup(request, *found.args, **found.kwargs)
    page.actor = actor
    return page

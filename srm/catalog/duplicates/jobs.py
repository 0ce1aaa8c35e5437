"""The search of duplicates: on demand, and every night."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from srm.catalog.duplicates import matching, selectors, services
from srm.core.actor import SYSTEM
from srm.flow.uow import unit_of_work
from srm.jobs.models import WHY, Job
from srm.jobs.registry import job
from srm.jobs.run import JobRun
from srm.jobs.services import enqueue
from srm.jobs.ticker import daily
from srm.ui.links import address_of

KIND = "catalog.duplicates"


@job(KIND, title=gettext_lazy("Look for duplicate items"), permission="catalog.merge")
def look(run: JobRun) -> dict[str, object]:
    """Find pairs of items that may be one, and write what is new of it."""
    run.progress(0, None, _("Reading the items"))
    facts = selectors.facts()
    run.progress(0, None, _("Comparing"))
    findings = matching.find(facts)
    written = 0
    pieces = list(services.portions(findings))
    for done, piece in enumerate(pieces):
        with unit_of_work():
            run.hold()
            written += piece()
        run.progress(done + 1, len(pieces), _("Writing"))
    found = min(len(findings), services.MOST)
    text = ngettext("%(n)d pair of items may be the same thing.", "%(n)d pairs of items may be the same thing.", found)
    return {
        "text": text % {"n": found}, "found": found, "written": written,
        "url": address_of("catalog:duplicatepair-list"), "label": _("Open the list"),
    }  # fmt: skip


@daily(2, name=KIND)
def look_every_night() -> None:
    """Queue the search, unless one is waiting already."""
    if Job.objects.unscoped(WHY).filter(kind=KIND, state=Job.State.QUEUED).exists():
        return
    with unit_of_work():
        enqueue(KIND, actor=SYSTEM)

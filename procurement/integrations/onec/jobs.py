"""Taking a catalog file in the background, in portions that leave room for other writers."""

from __future__ import annotations

from dataclasses import asdict

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.integrations.onec import services, xml
from srm.flow.uow import unit_of_work
from srm.jobs.registry import job
from srm.jobs.run import JobRun

PORTION = 50
MOST_FAULTS = 200


@job("onec.import", title=gettext_lazy("Take a CommerceML catalog"), permission="catalog.edit")
def take_catalog(run: JobRun, name: str, system: str = services.SYSTEM) -> dict:
    """Read the stored file `name` and write it portion by portion; the file is deleted at the end."""
    with default_storage.open(name, "rb") as file:
        shape = xml.read(file.read())
    report = services.Report(faults=list(shape.faults))
    with unit_of_work():
        run.hold()
        groups = services.take_groups(shape.groups, actor=run.actor, system=system, report=report)
    for start in range(0, len(shape.items), PORTION):
        with unit_of_work():
            run.hold()
            portion = shape.items[start : start + PORTION]
            services.take_items(portion, groups, actor=run.actor, system=system, report=report)
        run.progress(min(start + PORTION, len(shape.items)), len(shape.items))
    default_storage.delete(name)
    return {"text": sentence(report), "url": "/catalog/", "label": _("Open items"), **_kept(report)}


def sentence(report: services.Report) -> str:
    """What was done, in one line."""
    return _("%(created)d items made, %(changed)d changed, %(same)d the same, %(faults)d not taken.") % {
        "created": report.created, "changed": report.changed, "same": report.same, "faults": len(report.faults),
    }  # fmt: skip


def _kept(report: services.Report) -> dict:
    return {**asdict(report), "faults": report.faults[:MOST_FAULTS]}

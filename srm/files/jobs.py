"""Background work with files: scanning, and sweeping out what was stored but never attached."""

from __future__ import annotations

import datetime as dt

from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _

from srm.core import clock
from srm.files import scanning, services
from srm.files.models import Attachment
from srm.jobs.registry import job
from srm.jobs.run import JobRun
from srm.jobs.ticker import daily
from srm.ui.slots import unit_of_work


@job("files.scan", title=_("Virus scan"), notice=False)
def scan(run: JobRun, *, attachment: str) -> None:
    """Scan one file; a scanner that is down means another attempt later."""
    found = Attachment.objects.unscoped("the scanner reads every file").filter(public_id=attachment).first()
    if found is None or not scanning.is_configured():
        return
    with default_storage.open(found.storage_name) as file:
        result = scanning.scan(file)
    with unit_of_work():
        run.hold()
        services.mark_scanned(found, result, actor=run.actor)
        run.complete({"scan": result})


@daily(4, name="files.sweep")
def sweep() -> int:
    """Delete what lies in the store without a row: uploads whose transaction was rolled back or killed.

    Days between yesterday and a week ago are looked at, so one lost night is made up for.
    """
    gone = 0
    for age in range(2, 8):
        folder = f"{services.FOLDER}/{clock.today() - dt.timedelta(days=age):%Y/%m/%d}"
        try:
            names = [f"{folder}/{name}" for name in default_storage.listdir(folder)[1]]
        except FileNotFoundError:
            continue
        known = set(
            Attachment.objects.unscoped("sweeping")
            .filter(storage_name__in=names)
            .values_list("storage_name", flat=True)
        )
        for name in names:
            if name not in known:
                default_storage.delete(name)
                gone += 1
    return gone

"""Every night all rules are compared with their stores."""

from __future__ import annotations

from django.utils.translation import gettext_lazy, ngettext

from procurement.replenishment import services
from srm.core.actor import SYSTEM
from srm.flow.uow import unit_of_work
from srm.jobs.registry import job
from srm.jobs.run import JobRun
from srm.jobs.services import enqueue
from srm.jobs.ticker import daily
from srm.ui.links import address_of

KIND = "replenishment.propose"


@job(KIND, title=gettext_lazy("Look what the stores lack"), permission="replenishment.order", notice=False)
def look(run: JobRun) -> dict[str, object]:
    """Write the proposals of today; a second run of the day writes nothing twice."""
    with unit_of_work():
        run.hold()
        found = services.propose(actor=run.actor)
        text = ngettext("%(n)d item should be ordered.", "%(n)d items should be ordered.", found) % {"n": found}
        answer: dict[str, object] = {
            "text": text, "url": address_of("replenishment:proposal-list"), "label": str(gettext_lazy("Open the list")),
        }  # fmt: skip
        run.complete(answer)
    return answer


@daily(5, name=KIND)
def look_every_night() -> None:
    """Queue it for the morning."""
    with unit_of_work():
        enqueue(KIND, actor=SYSTEM)

"""Merging very many needs: in the background, with an end that is told."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from procurement.planning import services
from procurement.planning.choosing import chosen_lines
from procurement.planning.grouping import clean_keys
from procurement.planning.models import Demand
from srm.flow.uow import unit_of_work
from srm.jobs.registry import job
from srm.jobs.run import JobRun
from srm.people.models import LegalEntity
from srm.ui.links import url_of

# As many needs as a page may merge while its reader waits.
AT_ONCE = 20_000


@job("planning.merge", title=gettext_lazy("Merge needs"), permission="planning.aggregate")
def merge(
    run: JobRun,
    legal_entity: str,
    query: str,
    marks: list[str] | None,
    window_days: int,
    title: str,
    stock_first: bool,
    window: str = "days",
    keys: list[str] | None = None,
) -> dict[str, object]:
    """One demand out of the open needs of a legal entity that fit a board's filters, or of some of its groups."""
    entity = LegalEntity.objects.get(public_id=legal_entity)
    wanted = chosen_lines(run.actor, entity, query, marks, clean_keys(keys or ()))
    run.progress(0, 2, _("Looking into the own stock and open orders"))
    served = services.Covered(0, 0)
    if stock_first:
        with unit_of_work():
            run.hold()
            served = services.cover(actor=run.actor, legal_entity=entity, lines=wanted)
    run.progress(1, 2, _("Merging"))
    with unit_of_work():
        run.hold()
        demand = services.aggregate(
            actor=run.actor, legal_entity=entity, window_days=window_days, window=window, lines=wanted, title=title
        )
        answer = told(demand)
        answer["text"] = " ".join([*covered(served), str(answer["text"])])
        run.complete(answer)
    return answer


def told(demand: Demand) -> dict[str, object]:
    """What came of it, as the job's page shows it."""
    words = {"needs": demand.need_count, "lines": demand.line_count, "number": demand.number}
    return {
        "text": _("%(needs)s needs became %(lines)s lines of %(number)s.") % words,
        "url": url_of(demand), "label": _("Open the demand"),
    }  # fmt: skip


def covered(served: services.Covered) -> list[str]:
    """What stock and open orders gave, in sentences."""
    found = []
    if n := served.from_stock:
        found.append(
            ngettext("%(n)d need gets something from stock.", "%(n)d needs get something from stock.", n) % {"n": n}
        )
    if n := served.from_orders:
        text = ngettext("%(n)d need is served by open orders.", "%(n)d needs are served by open orders.", n)
        found.append(text % {"n": n})
    return found

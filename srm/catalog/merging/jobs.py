"""Nobody is left behind: what was written for a merged item by somebody who had it before his eyes follows at night."""

from __future__ import annotations

from srm.catalog.lifecycle import ItemState
from srm.catalog.merging import services
from srm.catalog.merging.models import ItemMerge
from srm.catalog.merging.references import Keeps, references
from srm.core.actor import SYSTEM
from srm.flow.uow import unit_of_work
from srm.jobs.ticker import daily

WHY = "the system looks after merges"
MOST = 500


@daily(3, name="catalog.follow")
def take_along() -> int:
    """Let late rows follow their merged items; how many did."""
    late: set[int] = set()
    for one in references():
        if not isinstance(one, Keeps):
            rows = one.model._base_manager.filter(**{f"{one.field}__state": ItemState.MERGED})
            late |= set(rows.order_by().values_list(one.field, flat=True).distinct()[:MOST])
    total = 0
    for merge in ItemMerge.objects.unscoped(WHY).live().filter(loser__in=late).order_by("pk"):
        with unit_of_work():
            total += services.follow(merge, actor=SYSTEM)
    return total

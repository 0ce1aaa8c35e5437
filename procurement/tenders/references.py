"""How the lines of tenders follow an item that is merged."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from procurement.planning.models import DemandLine
from procurement.tenders.lifecycle import TenderState
from procurement.tenders.models import LotLine, Tender
from srm.catalog.merging.models import ItemMerge
from srm.catalog.merging.references import MOST_SENTENCES, Follows, depends, register

WHY = "a merge moves the tenders of everybody"
ENDED = [TenderState.CONTRACTED, TenderState.FAILED, TenderState.CANCELLED]


def still_running(rows: QuerySet) -> list[str]:
    """Tenders that have not ended."""
    headers = Tender.objects.unscoped(WHY).filter(pk__in=rows.values("lot__tender")).exclude(state__in=ENDED)
    return [
        _("%(document)s is still open and counts in the old unit. Finish or cancel it first.") % {"document": header}
        for header in headers.order_by("pk")[:MOST_SENTENCES]
    ]


@depends(DemandLine)
def tendered_since(merge: ItemMerge, keys: Sequence[int]) -> list[str]:
    """Tenders that were made since from demand that moved: their lines name the item that stayed."""
    rows = LotLine.objects.unscoped(WHY).filter(demand_line__in=keys, item=merge.winner)
    moved = set(merge.kept("procurement.lotline.item"))
    made = [row for row in rows.select_related("lot__tender").order_by("pk") if row.pk not in moved]
    return [_("%(document)s was made of it since.") % {"document": row.lot.tender} for row in made[:MOST_SENTENCES]]


register(Follows(LotLine, busy=still_running))

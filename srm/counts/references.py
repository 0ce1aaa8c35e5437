"""How counts follow an item that is merged: a sheet that is being counted is finished first, posted ones stay."""

from __future__ import annotations

from django.utils.translation import gettext as _

from srm.catalog.merging.models import ItemMerge
from srm.catalog.merging.references import MOST_SENTENCES, Keeps, register
from srm.counts.lifecycle import CountState
from srm.counts.models import CountLine, StockCount

WHY = "a merge asks for the counts of everybody"
RUNNING = [CountState.DRAFT, CountState.COUNTING]


class Sheets(Keeps):
    """What was counted was counted under the old item; while it is counted, neither may change."""

    def hindrances(self, merge: ItemMerge) -> list[str]:
        items = [merge.loser.pk, merge.winner.pk]
        going = StockCount.objects.unscoped(WHY).filter(state__in=RUNNING, lines__item__in=items).distinct()
        return [
            _("%(document)s is being counted. Finish or cancel it first.") % {"document": count}
            for count in going.order_by("pk")[:MOST_SENTENCES]
        ]


register(Sheets(CountLine, why="what was counted stays as it was written down"))

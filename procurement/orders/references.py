"""How the lines of orders follow an item that is merged."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from procurement.orders.lifecycle import OrderState
from procurement.orders.models import OrderLine, PurchaseOrder
from procurement.tenders.models import LotLine
from srm.catalog.merging.models import ItemMerge
from srm.catalog.merging.references import MOST_SENTENCES, Follows, depends, register

WHY = "a merge moves the orders of everybody"
ENDED = [OrderState.CLOSED, OrderState.CANCELLED]


def still_running(rows: QuerySet) -> list[str]:
    """Orders that have not ended."""
    headers = PurchaseOrder.objects.unscoped(WHY).filter(pk__in=rows.values("order")).exclude(state__in=ENDED)
    return [
        _("%(document)s is still open and counts in the old unit. Finish or cancel it first.") % {"document": header}
        for header in headers.order_by("pk")[:MOST_SENTENCES]
    ]


@depends(LotLine)
def ordered_since(merge: ItemMerge, keys: Sequence[int]) -> list[str]:
    """Orders that were made since from tender lines that moved: their lines name the item that stayed."""
    rows = OrderLine.objects.unscoped(WHY).filter(lot_line__in=keys, item=merge.winner)
    moved = set(merge.kept("procurement.orderline.item"))
    made = [row for row in rows.select_related("order").order_by("pk") if row.pk not in moved]
    return [_("%(document)s was made of it since.") % {"document": row.order} for row in made[:MOST_SENTENCES]]


register(Follows(OrderLine, busy=still_running))

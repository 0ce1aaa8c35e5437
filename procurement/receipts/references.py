"""What goods that came in mean for taking a merge of items back."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from procurement.orders.models import OrderLine
from procurement.receipts.lifecycle import ReceiptState
from procurement.receipts.models import GoodsReceipt, ReceiptLine
from srm.catalog.merging.models import ItemMerge
from srm.catalog.merging.references import MOST_SENTENCES, depends

WHY = "goods are received whoever orders them"


@depends(OrderLine)
def received_since(merge: ItemMerge, keys: Sequence[int]) -> list[str]:
    """Receipts of moved order lines that were posted or reversed since: they counted stock under the item that stayed."""
    lines = ReceiptLine.objects.unscoped(WHY).filter(order_line__in=keys)
    rows = GoodsReceipt.objects.unscoped(WHY).filter(pk__in=lines.values("receipt"), updated_at__gt=merge.merged_at)
    return [
        _("%(document)s was received since.") % {"document": receipt}
        for receipt in rows.exclude(state=ReceiptState.DRAFT).order_by("pk")[:MOST_SENTENCES]
    ]

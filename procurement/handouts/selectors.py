"""Reading promises: whether the three books agree."""

from __future__ import annotations

from django.db.models import F

from procurement.handouts.models import Promise
from procurement.handouts.promising import PROMISING, STORE
from procurement.requests.models import Allocation
from srm.core.money import Sum
from srm.stock.models import StockLevel


def disagreements() -> list[str]:
    """Where promises, the ledger of allocations and the reserved stock differ; empty when they agree."""
    return [*_with_stock(), *_with_ledger()]


def _with_stock() -> list[str]:
    rows = Promise.objects.unscoped(PROMISING).order_by().values_list("warehouse", "item")
    promised = {(w, i): total for w, i, total in rows.annotate(total=Sum(F("quantity") - F("handed_out"), places=4))}
    found = []
    # What lies with a supplier is promised to his order instead.
    kept = StockLevel.objects.unscoped(PROMISING).filter(warehouse__holder="").exclude(reserved=0)
    levels = kept.values_list("warehouse", "item", "reserved")
    for warehouse, item, reserved in levels:
        told = promised.pop((warehouse, item), 0)
        if told != reserved:
            found.append(f"warehouse {warehouse}, item {item}: {reserved} reserved, {told} promised to requests")
    return found + [
        f"warehouse {w}, item {i}: {total} promised, 0 reserved" for (w, i), total in promised.items() if total
    ]


def _with_ledger() -> list[str]:
    ledger = Allocation.objects.unscoped(PROMISING).order_by()
    rows = ledger.filter(stage="stock", document_kind=STORE).values_list("request_line", "line_id")
    promised = {(line, store): total for line, store, total in rows.annotate(total=Sum("quantity", places=4))}
    rows = ledger.filter(stage="issued", document_kind=Promise._meta.label_lower).values_list("line_id")
    issued = dict(rows.annotate(total=Sum("quantity", places=4)))
    found = []
    for promise in Promise.objects.unscoped(PROMISING).filter(origin=Promise.Origin.STOCK).iterator(chunk_size=2000):
        told = promised.pop((promise.request_line_id, promise.warehouse_id), 0), issued.pop(promise.pk, 0)
        if told != (promise.quantity, promise.handed_out):
            found.append(
                f"promise {promise.public_id}: {promise.quantity}/{promise.handed_out}, the ledger says {told[0]}/{told[1]}"
            )
    lost = [key for key, total in promised.items() if total]
    return found + [f"request line {line}: stock of warehouse {store} without a promise" for line, store in lost]

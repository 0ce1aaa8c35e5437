"""What a ledger batch says: rows of one receipt line each, and the totals that must tie out."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.utils import translation

from procurement.integrations.models import LedgerExport
from procurement.receipts.models import GoodsReceipt, ReceiptLine
from procurement.requests import selectors as requests
from srm.exchange.writers import Column

RECEIPT = GoodsReceipt._meta.label_lower
REVERSAL = f"{RECEIPT}.reversal"
# The header is part of the sealed bytes, so it is English whatever the reader's language.
COLUMNS = [
    Column("batch", width=14), Column("kind", width=10), Column("receipt", width=16), Column("receipt_date", "date"),
    Column("order", width=16), Column("order_date", "date"), Column("supplier_code", width=14),
    Column("supplier", width=30), Column("supplier_tax_id", width=16), Column("article", width=14),
    Column("item", width=34), Column("category", width=12), Column("quantity", "quantity"), Column("unit", width=6),
    Column("net", "amount"), Column("currency", width=6), Column("net_base", "amount"), Column("base_currency", width=6),
    Column("cost_centers", width=24), Column("legal_entity", width=12),
]  # fmt: skip


def rows_of(export: LedgerExport) -> Iterator[list]:
    """The batch's rows in the order of receipts and lines; a reversal repeats its receipt with opposite signs."""
    entries = list(export.entries.order_by("pk").values_list("document_kind", "document_id"))
    receipts = {
        receipt.public_id: receipt
        for receipt in GoodsReceipt.objects.unscoped("rows of a ledger batch")
        .filter(public_id__in={document_id for _kind, document_id in entries})
        .select_related("order__supplier", "order__legal_entity", "legal_entity")
    }
    with translation.override("en"):
        for kind, document_id in entries:
            sign = -1 if kind == REVERSAL else 1
            for line in _lines(receipts[document_id]):
                if line.quantity:
                    yield _row(export, receipts[document_id], line, sign)


def _lines(receipt: GoodsReceipt):
    rows = ReceiptLine.objects.unscoped("rows of a ledger batch").filter(receipt=receipt).order_by("pk")
    return rows.select_related(
        "order_line__item__base_unit", "order_line__item__category", "order_line__category", "order_line__unit"
    )


def _row(export: LedgerExport, receipt: GoodsReceipt, line: ReceiptLine, sign: int) -> list:
    order, ordered = receipt.order, line.order_line
    item, category = ordered.item, ordered.category
    net = (ordered.net * line.quantity / ordered.base_quantity).quantize(Decimal("0.01"))
    return [
        export.number, "reversal" if sign < 0 else "receipt", receipt.number, receipt.received_on, order.number,
        order.ordered_on, order.supplier.code, order.supplier.name, order.supplier.tax_id, item.article if item else "",
        item.name if item else ordered.description, category.code if category else "", sign * line.quantity,
        item.base_unit.code if item else ordered.unit.code, sign * net, order.currency, sign * line.base_net,
        receipt.legal_entity.currency, ", ".join(_cost_centers(line)), receipt.legal_entity.code,
    ]  # fmt: skip


def _cost_centers(line: ReceiptLine) -> list[str]:
    behind = requests.behind(RECEIPT, [line.pk], "received").get(line.pk, [])
    return sorted({request_line.cost_center.code for request_line, _quantity in behind})


def totals_of(rows: list[list]) -> dict:
    """Control totals: rows, documents, net per currency and in base currency, as text to the cent."""
    names = [column.label for column in COLUMNS]
    place = {name: names.index(name) for name in ("kind", "receipt", "net", "currency", "net_base", "base_currency")}
    by_currency: dict[str, Decimal] = {}
    base: dict[str, Decimal] = {}
    for row in rows:
        for totals, amount, currency in ((by_currency, "net", "currency"), (base, "net_base", "base_currency")):
            key = row[place[currency]]
            totals[key] = totals.get(key, Decimal(0)) + row[place[amount]]
    return {
        "rows": len(rows),
        "documents": len({(row[place["kind"]], row[place["receipt"]]) for row in rows}),
        "net": {key: f"{value:.2f}" for key, value in sorted(by_currency.items())},
        "net_base": {key: f"{value:.2f}" for key, value in sorted(base.items())},
    }

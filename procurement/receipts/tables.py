"""Tables of receipts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from procurement.orders.models import PurchaseOrder
from procurement.receipts.models import GoodsReceipt, ReceiptLine
from srm.ui import tables


class ReceiptTable(tables.Table):
    """The list of receipts."""

    number = tables.TextColumn(hint="delivery_note")
    supplier = tables.TextColumn(accessor="order.supplier.name", verbose_name=_("Supplier"))
    order = tables.TextColumn(accessor="order.number", verbose_name=_("Order"))
    warehouse = tables.TextColumn(accessor="warehouse.name")
    received_on = tables.DateColumn(sort="received_on")
    value = tables.MoneyColumn(currency="legal_entity.currency")
    state = tables.StateColumn()

    class Meta:
        model = GoodsReceipt


class ReceiptLineTable(tables.Table):
    """Lines on the receipt's page."""

    what = tables.TextColumn(accessor="order_line.what", verbose_name=_("Item"))
    quantity = tables.QuantityColumn(unit="base_unit")
    rejected = tables.QuantityColumn(unit="base_unit")
    reason = tables.TextColumn()
    base_net = tables.MoneyColumn(currency=None)

    class Meta:
        model = ReceiptLine


class ExpectedTable(tables.Table):
    """Orders of which something should still come."""

    number = tables.TextColumn()
    supplier = tables.TextColumn(accessor="supplier.name", verbose_name=_("Supplier"))
    place = tables.TextColumn(accessor="place.name", verbose_name=_("Delivery place"))
    due_on = tables.DateColumn(sort="due_on")
    state = tables.StateColumn()

    class Meta:
        model = PurchaseOrder

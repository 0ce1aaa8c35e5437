"""Tables of orders."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from procurement.orders.models import OrderLine, PurchaseOrder
from srm.ui import tables


class OrderTable(tables.Table):
    """The list of orders."""

    number = tables.TextColumn(hint="external_number")
    supplier = tables.TextColumn(accessor="supplier.name")
    ordered_on = tables.DateColumn(sort="ordered_on")
    due_on = tables.DateColumn(sort="due_on")
    net_total = tables.MoneyColumn(currency="currency")
    received = tables.BarColumn(accessor="received_share", of="whole", verbose_name=_("Received"))
    state = tables.StateColumn()
    buyer = tables.TextColumn(accessor="buyer.name")
    source = tables.TextColumn(accessor="get_source_display")

    class Meta:
        model = PurchaseOrder
        hidden = ("buyer", "source")


class OrderLineTable(tables.Table):
    """Lines on the order's page."""

    what = tables.TextColumn(verbose_name=_("Item"), hint="work_said")
    quantity = tables.QuantityColumn(unit="unit.symbol")
    price = tables.PriceColumn(currency=None, per="price_basis")
    net = tables.MoneyColumn(currency=None)
    need_by = tables.DateColumn()
    confirmed_on = tables.DateColumn()
    received_quantity = tables.QuantityColumn(unit=None)
    cut_quantity = tables.QuantityColumn(unit=None)

    class Meta:
        model = OrderLine

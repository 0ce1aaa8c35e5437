"""Orders as sheets."""

from django.utils.translation import gettext_lazy as _

from procurement.orders.models import PurchaseOrder
from srm.exchange.columns import Col
from srm.exchange.sheets import Sheet


class OrderSheet(Sheet):
    """One row per order."""

    model = PurchaseOrder
    columns = [
        Col("number", _("Number")),
        Col("external_number", _("Number elsewhere")),
        Col("supplier", _("Supplier"), source="supplier.name"),
        Col("supplier_code", _("Supplier's code"), source="supplier.code"),
        Col("state", _("State"), source="state_label"),
        Col("ordered_on", _("Ordered"), kind="date"),
        Col("due_on", _("Due"), kind="date"),
        Col("net_total", _("Net"), kind="decimal"),
        Col("currency", _("Currency")),
        Col("base_total", _("Net, base currency"), kind="decimal"),
        Col("incoterm", _("Delivery terms")),
        Col("buyer", _("Buyer"), source="buyer.name"),
    ]

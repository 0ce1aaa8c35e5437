"""Materials as sheets."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from procurement.subcontracting.models import SuppliedMaterial
from srm.exchange.columns import Col
from srm.exchange.sheets import Sheet

SUMS = [
    Col("sent", kind="quantity", way="out"),
    Col("consumed", kind="quantity", way="out"),
    Col("by_bill", _("By the bill"), kind="quantity", way="out"),
    Col("returned", kind="quantity", way="out"),
    Col("written_off", kind="quantity", way="out"),
    Col("left", kind="quantity", way="out"),
    Col("unit", _("Unit"), source="item.base_unit.symbol", way="out"),
]


class MaterialSheet(Sheet):
    """What lies at suppliers, and what became of the rest."""

    model = SuppliedMaterial
    columns = [
        Col("article", _("Article"), source="item.article", way="out"),
        Col("name", _("Material"), source="item.name", way="out"),
        Col("supplier", _("Supplier"), source="order.supplier.name", way="out"),
        Col("supplier_code", _("Supplier's code"), source="order.supplier.code", way="out"),
        Col("order", _("Order"), source="order.number", way="out"),
        Col("order_state", _("State of the order"), source="order.state_label", way="out"),
        Col("line", _("Goes into"), source="line.what", way="out"),
        Col("quantity", kind="quantity", way="out"),
        Col("basis", kind="choice", way="out"),
        Col("needed", _("Needed in all"), kind="quantity", way="out"),
        *SUMS,
    ]


class OwnMaterialSheet(Sheet):
    """The same for the supplier who has them."""

    model = SuppliedMaterial
    columns = [
        Col("order", _("Order"), source="order.number", way="out"),
        Col("line", _("Goes into"), source="line.what", way="out"),
        Col("article", _("Our article"), source="item.article", way="out"),
        Col("name", _("Material"), source="item.name", way="out"),
        *SUMS,
    ]

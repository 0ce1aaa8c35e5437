"""Who hears of an order that nobody wrote: the buyer who answers for it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from procurement.orders.models import OrderState, PurchaseOrder
from srm.core.actor import SYSTEM
from srm.notify.registry import kind
from srm.notify.services import tell

ORDERED = kind("shop.ordered", _("An order was written by the shop"), channel="app").code
BODIES = {
    OrderState.SENT: _("It was approved in the shop and sent to {supplier}."),
    OrderState.APPROVED: _("It is ready: send it to {supplier}."),
    OrderState.DRAFT: _("It waits for those whom the approval rules ask."),
}


def tell_ordered(order: PurchaseOrder) -> None:
    """The buyer learns of it, and what is left for him to do."""
    tell(
        [order.buyer], kind=ORDERED, actor=SYSTEM, url=order.get_absolute_url(), button=_("Look"),
        values={"order": order.number, "supplier": order.supplier.name}, subject=_("From the shop: {order}"),
        body=BODIES[OrderState(order.state)],
    )  # fmt: skip

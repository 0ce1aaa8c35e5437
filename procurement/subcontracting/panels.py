"""What materials hang on the pages of orders: the card, and the ways to state and to send."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.orders.models import PurchaseOrder
from procurement.subcontracting import selectors, stating, tables
from procurement.subcontracting.models import MOVE, STATE, VIEW
from procurement.subcontracting.services import OPEN
from srm.core.actor import Actor
from srm.ui.panels import Content, panel
from srm.ui.slots import Action, provides
from srm.ui.tables import render_ready
from suppliers.portal.cards import Card, portal_card


@panel(PurchaseOrder, gettext_lazy("Materials we supply"), order=22, permission=VIEW, place="main")
def materials_panel(order: PurchaseOrder, actor: Actor, request: HttpRequest) -> Content:
    """What the supplier works with of ours, and what of it he still has."""
    rows = selectors.materials_of(order, actor)
    if not rows:
        return None
    doors = []
    if actor.may(MOVE) and order.state in OPEN:
        doors.append((_("Send materials"), _address("send-materials", order), any(row.to_send for row in rows)))
    if actor.may(MOVE) and any(row.left for row in rows):
        doors.append((_("Take materials back"), _address("return-materials", order), False))
    return "procurement/subcontracting/_of_order.html", {
        "table": render_ready(tables.OrderMaterialTable, rows, actor), "doors": doors,
    }  # fmt: skip


@provides("actions")
def bill_action(document: Any, actor: Actor) -> list[Action]:
    """On an order's page: stating what we supply, while its lines stand and it has not ended."""
    if not isinstance(document, PurchaseOrder) or not actor.may(STATE) or stating.why_not_statable(document):
        return []
    return [Action("materials", _("Materials we supply"), _address("materials", document))]


@portal_card(PurchaseOrder)
def supplier_card(order: PurchaseOrder, actor: Actor) -> Card | None:
    """The same for the supplier, in his portal."""
    rows = selectors.materials_of(order, actor)
    if not rows:
        return None
    return Card(
        gettext_lazy("Materials you get from us"), "procurement/subcontracting/_portal_card.html", {"rows": rows}
    )


def _address(name: str, order: PurchaseOrder) -> str:
    return reverse(f"subcontracting:purchaseorder-{name}", args=[order.public_id])

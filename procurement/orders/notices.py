"""Who hears of an order: its supplier by mail, its buyer and the requesters in the product."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from procurement.orders.models import PurchaseOrder
from procurement.orders.services import KIND
from procurement.requests import selectors as requests
from srm.core import clock
from srm.core.actor import Actor
from srm.flow.registry import reacts
from srm.notify.registry import Told, notice
from srm.notify.services import write_to
from suppliers.portal.links import create_link
from suppliers.registry.models import Contact

LINK_DAYS = 60


@reacts(PurchaseOrder, "send")
def write_to_supplier(order: PurchaseOrder, *, actor: Actor, **_details: object) -> None:
    """Each contact for orders gets a mail with a link that opens this order alone."""
    contacts = Contact.objects.unscoped("the receivers of the order").filter(supplier=order.supplier, gets_orders=True)
    until = clock.now() + dt.timedelta(days=LINK_DAYS)
    for contact in contacts:
        link = create_link(actor=actor, contact=contact, purpose="order", document=order, expires_at=until)
        write_to(
            contact.email, language=contact.language, actor=actor,
            subject=_("Order from {firm}: please confirm"), body=_("{firm} orders from you. Please confirm quantities and dates."),
            values={"firm": order.legal_entity.name}, button=_("See the order"), secret={"url": link},
        )  # fmt: skip


@notice("orders.approved", PurchaseOrder, "approve", label=_("An order was approved"))
def tell_approved(order: PurchaseOrder, *, actor: Actor, **_details: object) -> list[Told]:
    """The buyer sends it now; of an order that the shop writes and approves by itself the shop tells him."""
    if order.source == PurchaseOrder.Source.SHOP and actor.kind == "system":
        return []
    return [
        Told(
            to=[order.buyer], subject=_("{order} to {supplier} can be sent"),
            values={"order": order.number or str(order), "supplier": order.supplier.name}, url=order.get_absolute_url(),
        )
    ]  # fmt: skip


@notice("orders.sent", PurchaseOrder, "send", label=_("What I asked for was ordered"))
def tell_sent(order: PurchaseOrder, *, actor: Actor, **_details: object) -> list[Told]:
    """Requesters learn that their needs were ordered."""
    return [
        Told(
            to=[request.requester], subject=_("Ordered: {request}"),
            body=_("{supplier} should deliver by {due}."), url=request.get_absolute_url(),
            values={"request": request.title, "supplier": order.supplier.name, "due": order.due_on or "–"},
        )
        for request in _requests_behind(order)
    ]  # fmt: skip


@notice("orders.confirmed", PurchaseOrder, "confirm", label=_("A supplier confirmed an order"))
def tell_confirmed(order: PurchaseOrder, *, actor: Actor, **_details: object) -> Told:
    """The buyer sees what was promised."""
    return Told(
        to=[order.buyer], subject=_("{supplier} confirmed {order}"),
        values={"order": order.number, "supplier": order.supplier.name}, url=order.get_absolute_url(),
    )  # fmt: skip


@notice("orders.cancelled", PurchaseOrder, "cancel", label=_("An order was cancelled"))
def tell_cancelled(order: PurchaseOrder, *, actor: Actor, reason: str = "", **_details: object) -> list[Told]:
    """Buyer and requesters; the needs are open again."""
    people = [order.buyer, *[request.requester for request in _requests_behind(order)]]
    return [
        Told(
            to=people, subject=_("{order} was cancelled"), body=str(reason), values={"order": order.number},
            url=order.get_absolute_url(),
        )
    ]  # fmt: skip


def _requests_behind(order: PurchaseOrder) -> list:
    """The requests whose lines the order serves, each once."""
    behind = requests.behind(KIND, list(order.lines.values_list("pk", flat=True)), "ordered")
    found = {line.request_id: line.request for shares in behind.values() for line, _quantity in shares}
    return list(found.values())

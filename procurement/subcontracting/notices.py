"""Who is told of materials: the supplier what was sent to him, the buyer what is missing or lost."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from procurement.orders.models import PurchaseOrder
from procurement.subcontracting.models import MaterialMove, SuppliedMaterial
from srm.core.actor import Actor
from srm.notify.registry import kind
from srm.notify.services import tell
from srm.ui import formats
from srm.ui.links import url_of
from suppliers.portal.pages import portal_url
from suppliers.registry.selectors import users_of

SENT, SHORT, LOST = "subcontracting.sent", "subcontracting.short", "subcontracting.written_off"
GROUP = _("Orders")
kind(SENT, _("Materials were sent to us"), audience=("supplier",), channel="mail", group=GROUP)
kind(SHORT, _("More material was used than was sent"), group=GROUP)
kind(LOST, _("Material at a supplier was written off"), group=GROUP)


def tell_sent(order: PurchaseOrder, moves: Iterable[MaterialMove], *, actor: Actor) -> None:
    """The supplier's people: what is on its way to them."""
    said = _said((one.material, one.quantity) for one in moves)
    tell(
        users_of([order.supplier]).get(order.supplier_id, []), kind=SENT, actor=actor, url=portal_url(order),
        subject=_("Materials for {order} are on their way"), body=_("{firm} sends you: {what}."),
        values={"order": order.number, "firm": order.legal_entity.name, "what": said}, button=_("See the order"),
    )  # fmt: skip


def tell_short(order: PurchaseOrder, short: Iterable[tuple[SuppliedMaterial, Decimal]], *, actor: Actor) -> None:
    """The buyer: goods came for which the books had sent too little material."""
    tell(
        [order.buyer], kind=SHORT, actor=actor, url=url_of(order) or "", subject=_("Material is missing at {order}"),
        body=_("Goods came from {supplier} for which, by the bill, this was used beyond what was sent: {what}."),
        values={"order": order.number, "supplier": order.supplier.name, "what": _said(short)},
    )  # fmt: skip


def tell_written_off(material: SuppliedMaterial, quantity: Decimal, reason: str, *, actor: Actor) -> None:
    """The buyer: he may want it paid."""
    order = material.order
    tell(
        [order.buyer], kind=LOST, actor=actor, url=url_of(order) or "", subject=_("Written off at {supplier}: {what}"),
        body="{reason}",
        values={"supplier": order.supplier.name, "what": _said([(material, quantity)]), "reason": reason},
    )  # fmt: skip


def _said(parts: Iterable[tuple[SuppliedMaterial, Decimal]]) -> str:
    return ", ".join(
        f"{formats.quantity(quantity, material.item.base_unit)} {material.item}" for material, quantity in parts
    )

"""What this room hangs on the pages of items and of suppliers."""

from __future__ import annotations

from decimal import Decimal

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from srm.catalog.models import Item
from srm.core import clock, quantities
from srm.core.actor import Actor
from srm.core.errors import InvalidInput
from srm.ui.panels import panel
from srm.ui.slots import Action
from srm.ui.tables import render_ready
from suppliers.items import tables
from suppliers.items.models import SupplierItem
from suppliers.items.offers import Need
from suppliers.items.selectors import offers_for, sold_of
from suppliers.registry.models import Supplier

VIEW, EDIT = "items.view", "items.edit"
SOME = 25
TEMPLATE = "suppliers/items/_panel.html"


@panel(
    Item, _("Suppliers"), order=20, permission=VIEW, key="suppliers",
    count=lambda item, actor: SupplierItem.objects.visible_to(actor).filter(item=item).count(),
)  # fmt: skip
def item_suppliers_panel(document: Item, actor: Actor, request: HttpRequest) -> tuple[str, dict]:
    """Who sells the item, under which article, how packed, and at what price today."""
    rows = list(sold_of(actor, item=document)[: SOME + 1])
    wanted = _quantity(request.GET.get("quantity", ""))
    found = offers_for([Need(0, document.pk, wanted, clock.today())], actor=actor)[0] if rows else []
    return TEMPLATE, {
        **_shown(rows, tables.OfItemTable, f"item={document.public_id}", actor), "asks": bool(rows), "wanted": wanted,
        "unit": document.base_unit, "offers": render_ready(tables.OfferTable, tables.offer_rows(found, rows), link=None),
    }  # fmt: skip


@panel(Supplier, _("Articles"), order=20, permission=VIEW, key="articles")
def supplier_articles_panel(document: Supplier, actor: Actor, request: HttpRequest) -> tuple[str, dict]:
    """What the supplier sells us, and at what price today."""
    rows = list(sold_of(actor, supplier=document)[: SOME + 1])
    return TEMPLATE, _shown(rows, tables.OfSupplierTable, f"supplier={document.public_id}", actor)


def _quantity(text: str) -> Decimal:
    """The quantity in the address, one base unit when there is none that can be."""
    try:
        return quantities.clean_quantity(text)
    except InvalidInput:
        return Decimal(1)


def _shown(rows: list[SupplierItem], table: type, query: str, actor: Actor) -> dict:
    new = f"{reverse('items:supplieritem-create')}?{query}"
    return {
        "rows": rows, "table": render_ready(table, rows[:SOME], actor),
        "more": f"{reverse('items:supplieritem-list')}?{query}" if len(rows) > SOME else "",
        "new": Action("new", _("New article of a supplier"), new) if actor.may(EDIT) else None,
    }  # fmt: skip

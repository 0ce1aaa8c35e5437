"""What stock hangs on the pages of lower rooms."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from srm.catalog.models import Item
from srm.core.actor import Actor
from srm.stock.models import StockMove
from srm.stock.selectors import levels_of, lying_instead, lying_where
from srm.stock.tables import ItemLevelTable, MoveTable
from srm.ui.panels import panel
from srm.ui.tables import render_ready

LATEST = 20
HERE = "stock.view"


class ItemMoveTable(MoveTable):
    """The moves of one item."""

    class Meta(MoveTable.Meta):
        hidden = ("item", "created_at", "created_by")


def _is_kept(item: Item) -> bool:
    return not item.is_service


@panel(Item, _("In stock"), order=30, permission=HERE, place="side", when=_is_kept)
def item_free_panel(document: Item, actor: Actor, request: HttpRequest) -> tuple[str, dict] | None:
    """What lies in all stores together, and what of it is free."""
    levels = list(levels_of(document, actor))
    free = sum(level.free for level in levels)
    instead = lying_instead(document) if free <= 0 else []
    if not levels and not instead:
        return None
    return "srm/stock/_free.html", {
        "on_hand": sum(level.on_hand for level in levels), "free": free, "instead": instead,
        "unit": document.base_unit, "stores": len(levels), "all": "?tab=item-stock",
    }  # fmt: skip


@panel(Item, _("Stock"), order=30, permission=HERE, when=_is_kept)
def item_stock_panel(document: Item, actor: Actor, request: HttpRequest) -> tuple[str, dict] | None:
    """Where the item lies, what of it is free, and its latest moves."""
    levels = list(levels_of(document, actor))
    moves = StockMove.objects.visible_to(actor).filter(item=document).order_by("-id")
    rows = list(moves.select_related("warehouse__legal_entity", "item__base_unit", "created_by")[:LATEST])
    if not levels and not rows:
        return None
    return "srm/stock/_item.html", {
        "item": document, "locations": [row for found in lying_where(levels).values() for row in found], "levels": render_ready(ItemLevelTable, levels, actor, link=None),
        "moves": render_ready(ItemMoveTable, rows, actor, link=None), "free": sum(level.free for level in levels),
        "unit": document.base_unit, "all_moves": f"{reverse('stock:stockmove-list')}?item={document.public_id}",
        "may_move": actor.may("stock.move"), "query": f"?item={document.public_id}",
    }  # fmt: skip

"""What pickers offer of stock: warehouses."""

from __future__ import annotations

from collections.abc import Iterator

from srm.core.actor import Actor
from srm.stock.models import Warehouse
from srm.ui.lookups import MOST, lookup


@lookup("warehouses", model=Warehouse, permission=("stock.view", "receipts.view"))
def warehouses(actor: Actor, text: str) -> Iterator[tuple[str, str, str]]:
    """Open warehouses by code or name."""
    rows = Warehouse.objects.visible_to(actor).filter(is_active=True).search(text)
    for row in rows.select_related("place").order_by("code")[:MOST]:
        yield row.public_id, str(row), row.place.name

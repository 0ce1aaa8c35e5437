"""What pickers offer of stock: warehouses and their locations."""

from __future__ import annotations

from collections.abc import Iterator

from srm.core.actor import Actor
from srm.stock.models import Location, Warehouse
from srm.ui.lookups import MOST, lookup


@lookup("warehouses", model=Warehouse, permission=("stock.view", "receipts.view"))
def warehouses(actor: Actor, text: str) -> Iterator[tuple[str, str, str]]:
    """Open warehouses by code or name."""
    rows = Warehouse.objects.visible_to(actor).filter(is_active=True).search(text)
    for row in rows.select_related("place").order_by("code")[:MOST]:
        yield row.public_id, str(row), row.place.name


@lookup("locations", model=Location, permission=("stock.view", "receipts.view"))
def locations(actor: Actor, text: str) -> Iterator[tuple[str, str, str]]:
    """Open locations of open warehouses by code or name, or by the warehouse's code."""
    rows = Location.objects.visible_to(actor).filter(is_active=True, warehouse__is_active=True)
    store, _space, rest = text.strip().partition(" ")
    found = rows.search(text) | (rows.filter(warehouse__code__iexact=store) if not rest else rows.none())
    for row in found.select_related("warehouse").order_by("warehouse__code", "code")[:MOST]:
        yield row.public_id, str(row), str(row.warehouse)

"""What lies free at the place of a need and may be taken instead, where the item itself does not."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from procurement.requests.checks import Need
from srm.catalog.equivalents.selectors import StandIn, stand_ins
from srm.people.models import Place
from srm.stock.selectors import free_quantities

Instead = tuple[Need, StandIn, Decimal]


def instead_here(needs: Sequence[Need]) -> list[Instead]:
    """(need, what may be taken instead, how much of it lies free at the need's place) of needs that stock does not cover."""
    others = stand_ins({need.item.pk for need in needs if need.item})
    found: list[Instead] = []
    here: dict[Place, list[tuple[int, Need]]] = {}
    for need in needs:
        if need.item and need.place and need.item.pk in others:
            here.setdefault(need.place, []).append((need.item.pk, need))
    for place, some in here.items():
        keys = {key for key, _need in some}
        free = free_quantities(keys | {one.item.pk for key in keys for one in others[key]}, place)
        for key, need in some:
            if free.get(key, Decimal(0)) < need.base_quantity:
                found += [(need, one, free[one.item.pk]) for one in others[key] if one.item.pk in free]
    return sorted(found, key=lambda one: one[0].no)

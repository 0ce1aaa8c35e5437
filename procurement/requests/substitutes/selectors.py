"""What might be bought instead, and what waits for whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet

from procurement.requests.lifecycle import LineState
from procurement.requests.models import RequestLine
from procurement.requests.substitutes.models import SubstituteProposal
from srm.catalog.equivalents.selectors import stand_ins
from srm.catalog.equivalents.stocks import free_of
from srm.catalog.lifecycle import ItemState
from srm.catalog.models import Item
from srm.core.actor import Actor

DETOURS = 5


@dataclass(frozen=True)
class Suggestion:
    """An item that might be bought instead; `factor` base units of it for one, None where nobody said how many."""

    item: Item
    factor: Decimal | None
    free: Decimal
    is_successor: bool = False


def can_get_substitute(line: RequestLine) -> bool:
    """Approved, of an item, and at least partly open."""
    return line.state == LineState.APPROVED and line.item_id is not None and line.open_quantity > 0


def suggestions_for(lines: Iterable[RequestLine]) -> dict[int, list[Suggestion]]:
    """By item: its successor, then its equivalents, with what of them is free."""
    items = {line.item.pk: line.item for line in lines if line.item is not None}
    others = stand_ins(items)
    successors = {pk: new for pk, item in items.items() if (new := _successor(item)) is not None}
    free = free_of({one.item.pk for some in others.values() for one in some} | {new.pk for new in successors.values()})
    found: dict[int, list[Suggestion]] = {}
    for pk, item in items.items():
        some = {
            one.item.pk: Suggestion(one.item, one.factor, free.get(one.item.pk, Decimal(0)))
            for one in others.get(pk, [])
        }
        if (new := successors.get(pk)) is not None:
            factor = some[new.pk].factor if new.pk in some else None
            if factor is None and new.base_unit_id == item.base_unit_id:
                factor = Decimal(1)
            some = {new.pk: Suggestion(new, factor, free.get(new.pk, Decimal(0)), is_successor=True)} | {
                key: one for key, one in some.items() if key != new.pk
            }
        found[pk] = list(some.values())
    return found


def _successor(item: Item) -> Item | None:
    """What took the item's place and is in use, over some steps."""
    new = item.replaced_by
    for _step in range(DETOURS):
        if new is None or new.state == ItemState.ACTIVE:
            break
        new = new.replaced_by
    return new if new is not None and new.state == ItemState.ACTIVE else None


def proposals_of(lines: Iterable[RequestLine], actor: Actor) -> list[SubstituteProposal]:
    """Open proposals for lines the actor sees."""
    rows = SubstituteProposal.objects.visible_to(actor).open().filter(line__in=list(lines))
    return list(rows.select_related("line__request__requester", "item").order_by("pk"))


def waiting_for(actor: Actor) -> QuerySet[SubstituteProposal]:
    """Open proposals that the actor answers, the longest waiting first."""
    mine = Q(line__request__requester_id=actor.user_id)
    mine |= Q(line__request__created_by_id=actor.user_id) & ~Q(created_by_id=actor.user_id)
    rows = SubstituteProposal.objects.visible_to(actor).open().filter(mine)
    return rows.select_related("line__request", "item", "unit").order_by("created_at", "pk")

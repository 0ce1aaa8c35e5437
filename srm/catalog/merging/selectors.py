"""Where a merged item leads, and what a merge would move."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Value

from srm.catalog.lifecycle import ItemState
from srm.catalog.merging.models import SYSTEM_READS, ItemMerge
from srm.catalog.merging.references import Keeps, Reference, reference, references
from srm.catalog.models import Item
from srm.core.actor import Actor
from srm.core.redirects import leads_on

LONGEST_CHAIN = 50


@leads_on(Item)
def lead_of(item: Item) -> Item:
    """The item that `item` is today: itself, unless it was merged."""
    return followed(item)[0]


def followed(item: Item) -> tuple[Item, Decimal]:
    """Where `item` leads, and how many base units of that one of its own base units is; no query for live items."""
    factor = Decimal(1)
    for _step in range(LONGEST_CHAIN):
        if item.state != ItemState.MERGED:
            break
        merge = live_merge(item)
        if merge is None:
            break
        item, factor = merge.winner, factor * merge.factor
    return item, factor


def live_merge(item: Item) -> ItemMerge | None:
    """The merge in which `item` went, unless it was undone."""
    rows = ItemMerge.objects.unscoped(SYSTEM_READS).live().filter(loser=item)
    return rows.select_related("winner__base_unit", "winner__category", "loser").first()


def merged_into(item: Item, actor: Actor) -> QuerySet[ItemMerge]:
    """The live merges that made others part of `item`."""
    rows = ItemMerge.objects.visible_to(actor).live().filter(winner=item)
    return rows.select_related("loser", "winner", "created_by").order_by("-id")


def of_item(item: Item, actor: Actor) -> QuerySet[ItemMerge]:
    """Every merge that `item` took part in."""
    return ItemMerge.objects.visible_to(actor).filter(Q(loser=item) | Q(winner=item))


@dataclass(frozen=True)
class Pointing:
    """How many rows of one kind point to either item; `stays` when they keep theirs."""

    label: str
    first: int
    second: int
    stays: bool


def pointing(first: Item, second: Item) -> list[Pointing]:
    """What points to the two items, kinds without rows left out; one query for all of them."""
    counted = [one for one in references() if getattr(one.model, "counts_as_use", True)]
    parts = [_counts(number, one, [first.pk, second.pk]) for number, one in enumerate(counted)]
    found = {(number, item): count for number, item, count in parts[0].union(*parts[1:], all=True)}
    pairs = [(one, found.get((no, first.pk), 0), found.get((no, second.pk), 0)) for no, one in enumerate(counted)]
    return [
        Pointing(one.label, one_s, other_s, isinstance(one, Keeps)) for one, one_s, other_s in pairs if one_s or other_s
    ]


def _counts(number: int, one: Reference, items: list[int]) -> QuerySet:
    """(number, item, rows that point to it) of one reference."""
    rows = one.model._base_manager.filter(**{f"{one.field}__in": items}).order_by()
    counts = rows.values(which=F(one.field)).annotate(number=Value(number), count=Count("pk"))
    return counts.values_list("number", "which", "count")


def moved(merge: ItemMerge) -> list[tuple[str, int]]:
    """(what, how many) a merge moved, for its page and the API."""
    named: list[tuple[Any, int]] = [(reference(step.reference), step.count) for step in merge.steps.all()]
    return [(one.label if one else "?", count) for one, count in named if count]

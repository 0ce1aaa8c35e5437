"""Reading items for the search of duplicates."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from srm.catalog.duplicates.matching import Facts
from srm.catalog.duplicates.models import DuplicatePair
from srm.catalog.duplicates.registry import attributes_of_items, keys_of_items
from srm.catalog.lifecycle import ItemState
from srm.catalog.models import Category, Item
from srm.core.actor import Actor

PORTION = 5000


def facts(items: Iterable[int] | None = None) -> list[Facts]:
    """What matching compares, of all items that stand for themselves or of some, in the order of their keys."""
    rows = Item.objects.exclude(state=ItemState.MERGED).order_by("pk")
    if items is not None:
        rows = rows.filter(pk__in=list(items))
    keys, attributes = keys_of_items(), attributes_of_items()
    fields = (
        "pk", "article", "name_en", "name_ru", "name_bg", "base_unit__code", "base_unit__dimension", "category_id",
        "is_service",
    )  # fmt: skip
    return [
        Facts(
            id=pk, article=article, names=tuple(dict.fromkeys(name for name in names if name)), unit=unit, kind=kind
            if kind != "other" else f"other {unit}", category=category, is_service=service,
            keys=keys.get(pk, frozenset()), attributes=attributes.get(pk, {}),
        )
        for pk, article, *names, unit, kind, category, service in rows.values_list(*fields).iterator(chunk_size=PORTION)
    ]  # fmt: skip


def with_items(rows: QuerySet[DuplicatePair]) -> QuerySet[DuplicatePair]:
    """Pairs with all that a page shows of their items, in the same query."""
    return rows.select_related(
        "first__category", "first__base_unit", "second__category", "second__base_unit", "decided_by"
    )


def worth_a_look(rows: QuerySet[DuplicatePair]) -> QuerySet[DuplicatePair]:
    """Without open pairs of which one item became part of something else meanwhile; the next search drops them."""
    gone = Q(first__state=ItemState.MERGED) | Q(second__state=ItemState.MERGED)
    return rows.exclude(Q(verdict=DuplicatePair.Verdict.OPEN) & gone)


def of_item(item: Item, actor: Actor) -> QuerySet[DuplicatePair]:
    """Open suggestions that name `item`."""
    rows = DuplicatePair.objects.visible_to(actor).filter(verdict=DuplicatePair.Verdict.OPEN)
    return worth_a_look(with_items(rows.filter(Q(first=item) | Q(second=item)).order_by("-score", "-id")))


def below(rows: QuerySet[DuplicatePair], category: Category) -> QuerySet[DuplicatePair]:
    """Pairs with an item of `category` or of what lies under it."""
    inside = Item.objects.below(category)
    return rows.filter(Q(first__in=inside) | Q(second__in=inside))

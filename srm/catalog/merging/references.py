"""How what points to an item follows it when it is merged: each room says it for its own models, in `references.py`.

    register(Follows(OrderLine, busy=open_orders))       the foreign key is changed, and back when the merge is undone
    register(Keeps(StockMove, why="only added to"))      the row keeps the old item, whose page leads to the new one
    register(Levels(StockLevel))                         a class of the room's own, where rows have to be added up

    @depends(OrderLine)                                  an upper room's word on undoing: what was built on moved rows
    def receipts_since(merge, keys): return ["GR-7 was received since."]

A test fails for a foreign key to Item that nobody registered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.db.models import Model, Q, QuerySet, UniqueConstraint

from srm.catalog.merging.models import ItemMerge
from srm.catalog.models import Item
from srm.core.actor import Actor

PORTION = 5000
MOST_SENTENCES = 10

Busy = Callable[[QuerySet], list[str]]
Since = Callable[[ItemMerge, Sequence[int]], list[str]]


class Reference:
    """A foreign key to Item. Subclasses say what a merge does with its rows; all of it runs under both items' locks."""

    def __init__(self, model: type[Model], field: str = "item") -> None:
        self.model, self.field = model, field

    @property
    def key(self) -> str:
        """The name in the journal: "procurement.orderline.item"."""
        return f"{self.model._meta.label_lower}.{self.field}"

    @property
    def label(self) -> str:
        """What its rows are called, in the reader's language; Django's own plural is English with an s at its end."""
        meta = self.model._meta
        return str(meta.verbose_name_plural if "verbose_name_plural" in meta.original_attrs else meta.verbose_name)

    def rows(self, item: Item) -> QuerySet:
        """The rows that point to `item`, whoever may see them: nothing may stay behind."""
        return self.model._base_manager.filter(**{self.field: item})

    def hindrances(self, merge: ItemMerge) -> list[str]:
        """Sentences why the items cannot be merged as they are."""
        return []

    def move(self, merge: ItemMerge, actor: Actor) -> list[Any]:
        """Let the rows follow; what `restore` will need, as plain JSON."""
        return []

    def dependents(self, merge: ItemMerge, kept: Sequence[Any]) -> list[str]:
        """Sentences why the merge cannot be undone any more: what was done since on the strength of it."""
        return []

    def restore(self, merge: ItemMerge, kept: Sequence[Any], actor: Actor) -> None:
        """Put back exactly what `move` did."""


class Keeps(Reference):
    """Rows that stay with the old item for good; `why` is for the reader of the code."""

    def __init__(self, model: type[Model], field: str = "item", *, why: str) -> None:
        super().__init__(model, field)
        self.why = why


class Follows(Reference):
    """Rows whose foreign key is changed. A row that would then stand twice stays with the old item.

    Between items of different base units nothing is changed, because the rows' quantities are counted in the old
    unit; `busy` names those that are still going on and have to be finished first.
    """

    def __init__(self, model: type[Model], field: str = "item", *, busy: Busy | None = None) -> None:
        super().__init__(model, field)
        self.busy = busy

    def hindrances(self, merge: ItemMerge) -> list[str]:
        if self.busy is None or merge.loser.base_unit_id == merge.winner.base_unit_id:
            return []
        return self.busy(self.rows(merge.loser))[:MOST_SENTENCES]

    def move(self, merge: ItemMerge, actor: Actor) -> list[int]:
        if self.busy is not None and merge.loser.base_unit_id != merge.winner.base_unit_id:
            return []
        rows = self.rows(merge.loser).order_by("pk")
        keys = list(rows.select_for_update(of=("self",)).values_list("pk", flat=True))
        twice = self._standing_twice(merge)
        keys = [key for key in keys if key not in twice]
        self._point(keys, merge.loser, merge.winner)
        return keys

    def dependents(self, merge: ItemMerge, kept: Sequence[int]) -> list[str]:
        found: list[str] = []
        for ask in _dependents[self.model]:
            for some in portions(kept):
                found += [sentence for sentence in ask(merge, some) if sentence not in found]
        return found[:MOST_SENTENCES]

    def restore(self, merge: ItemMerge, kept: Sequence[int], actor: Actor) -> None:
        self._point(kept, merge.winner, merge.loser)

    def _point(self, keys: Sequence[int], before: Item, after: Item) -> None:
        """Only rows that still point to `before`: what somebody changed since stays as he wants it."""
        for some in portions(keys):
            self.model._base_manager.filter(pk__in=some, **{self.field: before}).update(**{self.field: after})

    def _standing_twice(self, merge: ItemMerge) -> set[int]:
        """Keys of the loser's rows that a unique constraint would not let stand beside the winner's."""
        found: set[int] = set()
        for constraint in self._unique():
            rest = [name for name in constraint.fields if name != self.field]
            holding = constraint.condition or Q()
            there = self.rows(merge.winner).filter(holding).values_list("pk", *rest)
            taken = {tuple(values) for _key, *values in there}
            here = self.rows(merge.loser).filter(holding).values_list("pk", *rest)
            found |= {key for key, *values in here if tuple(values) in taken}
        return found

    def _unique(self) -> list[UniqueConstraint]:
        constraints = [one for one in self.model._meta.constraints if isinstance(one, UniqueConstraint)]
        return [one for one in constraints if self.field in one.fields]


_references: dict[str, Reference] = {}
_dependents: dict[type[Model], list[Since]] = defaultdict(list)


def register(reference: Reference) -> Reference:
    """Say how the rows of one foreign key follow."""
    if reference.key in _references:
        raise RuntimeError(f"two rooms say how {reference.key} follows")
    _references[reference.key] = reference
    return reference


def depends(model: type[Model]) -> Callable[[Since], Since]:
    """Let an upper room say what was built since on rows of `model` that a merge moved: `fn(merge, keys)`."""

    def add(function: Since) -> Since:
        _dependents[model].append(function)
        return function

    return add


def references() -> list[Reference]:
    """All of them, by name: merges that touch the same tables touch them in the same order."""
    return [_references[key] for key in sorted(_references)]


def reference(key: str) -> Reference | None:
    """The one of that name, if its room still has it."""
    return _references.get(key)


def portions(keys: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """`keys` in pieces that a statement can name."""
    for start in range(0, len(keys), PORTION):
        yield keys[start : start + PORTION]

"""How equivalents follow an item that is merged."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from srm.catalog.equivalents.models import ItemEquivalent
from srm.catalog.equivalents.selectors import FACTOR_STEP
from srm.catalog.merging.models import ItemMerge
from srm.catalog.merging.references import Reference, register
from srm.core.actor import Actor

OTHER = {"item": "equivalent", "equivalent": "item"}


class Equivalents(Reference):
    """They speak of the winner, counted in its base unit; those that it has already, or is itself, stay behind."""

    def move(self, merge: ItemMerge, actor: Actor) -> list[Any]:
        other = f"{OTHER[self.field]}_id"
        taken = self._partners(merge.winner) | {merge.winner.pk}
        kept: list[Any] = []
        for row in self.rows(merge.loser).select_for_update(of=("self",)).order_by("pk"):
            if getattr(row, other) in taken:
                continue
            taken.add(getattr(row, other))
            before, after = row.factor, self._counted(row.factor, merge)
            setattr(row, self.field, merge.winner)
            row.factor = after
            row.save(update_fields=[self.field, "factor"])
            kept.append([row.pk, str(before), str(after)])
        return kept

    def restore(self, merge: ItemMerge, kept: Sequence[Any], actor: Actor) -> None:
        for key, before, after in kept:
            row = self.rows(merge.winner).filter(pk=key).first()
            if row is None:
                continue
            setattr(row, self.field, merge.loser)
            # A conversion that was put right since is kept, counted in the old unit again.
            row.factor = (
                Decimal(before) if row.factor == Decimal(after) else self._counted(row.factor, merge, back=True)
            )
            row.save(update_fields=[self.field, "factor"])

    def _counted(self, factor: Decimal, merge: ItemMerge, back: bool = False) -> Decimal:
        """Of one base unit of the loser are `merge.factor` of the winner: fewer replace each, more are needed of it."""
        times = Decimal(merge.factor)
        if (self.field == "item") != back:
            times = 1 / times
        return max((factor * times).quantize(FACTOR_STEP), FACTOR_STEP)

    def _partners(self, item: Any) -> set[int]:
        """What `item` is paired with, in either order."""
        first = ItemEquivalent.objects.filter(item=item).values_list("equivalent", flat=True)
        return {*first, *ItemEquivalent.objects.filter(equivalent=item).values_list("item", flat=True)}


for field in OTHER:
    register(Equivalents(ItemEquivalent, field))

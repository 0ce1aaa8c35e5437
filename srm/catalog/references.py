"""How what the catalog itself hangs on an item follows a merge."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from srm.catalog.duplicates.models import DuplicatePair
from srm.catalog.merging.models import ItemMerge
from srm.catalog.merging.references import Follows, Keeps, Reference, register
from srm.catalog.models import Item, ItemUnit
from srm.catalog.units import converts
from srm.core.actor import Actor
from srm.flow import records

PACK_STEP = Decimal("0.000001")


class Packs(Reference):
    """The winner gets the loser's packs, counted in its own base unit; the loser keeps its own.

    Where the base units do not convert by themselves, the loser's base unit becomes a pack of the winner, so that old
    quantities can still be read.
    """

    def hindrances(self, merge: ItemMerge) -> list[str]:
        theirs = {pack.unit_id: pack.factor for pack in merge.winner.packs.all()}
        return [
            _("A pack of “%(unit)s” holds %(one)s for %(loser)s and %(other)s for %(winner)s. Put one of them right first.")
            % {"unit": unit, "one": _written(factor), "other": _written(theirs[unit.pk]),
               "loser": merge.loser.article, "winner": merge.winner.article}
            for unit, factor in self._wanted(merge)
            if unit.pk in theirs and theirs[unit.pk] != factor
        ]  # fmt: skip

    def move(self, merge: ItemMerge, actor: Actor) -> list[Any]:
        known = {pack.unit_id for pack in merge.winner.packs.all()}
        added = [
            records.create(ItemUnit, actor=actor, root=merge.winner, item=merge.winner, unit=unit, factor=factor)
            for unit, factor in self._wanted(merge)
            if unit.pk not in known
        ]
        return [[pack.pk, str(pack.factor)] for pack in added]

    def restore(self, merge: ItemMerge, kept: Sequence[Any], actor: Actor) -> None:
        for key, factor in kept:
            pack = ItemUnit.objects.filter(pk=key, item=merge.winner).first()
            if pack is not None and pack.factor == Decimal(factor):  # one that was changed since is somebody's own
                records.remove(pack, actor=actor, root=merge.winner)

    def _wanted(self, merge: ItemMerge) -> list[tuple[Any, Decimal]]:
        """(unit, base units of the winner in it) of every pack of the loser that says something about the winner."""
        base = merge.winner.base_unit
        rows = [
            (pack.unit, Decimal(pack.factor) * merge.factor) for pack in merge.loser.packs.select_related("unit")
        ]  # fmt: skip
        rows.append((merge.loser.base_unit, Decimal(merge.factor)))
        return [(unit, factor.quantize(PACK_STEP)) for unit, factor in rows if not converts(unit, base)]


def _written(factor: Decimal) -> str:
    return format(factor.normalize(), "f")


register(Follows(Item, "replaced_by"))
register(Packs(ItemUnit))
for field in ("first", "second"):
    register(Keeps(DuplicatePair, field, why="a suggestion is about the two items that somebody entered"))
for field in ("loser", "winner"):
    register(Keeps(ItemMerge, field, why="the journal of merges says what was"))

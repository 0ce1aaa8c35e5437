"""What may stand in for an item today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext as _

from srm.catalog.equivalents.models import ItemEquivalent
from srm.catalog.lifecycle import ItemState
from srm.catalog.merging.services import units_say
from srm.catalog.models import Item
from srm.core import clock
from srm.core.errors import InvalidInput

FACTOR_STEP = Decimal("0.000001")


@dataclass(frozen=True)
class StandIn:
    """`item` may be taken instead: `factor` of its base units for one of the wanted item's. `row` says so."""

    item: Item
    factor: Decimal
    row: ItemEquivalent


def stand_ins(items: Iterable[int], day: dt.date | None = None) -> dict[int, list[StandIn]]:
    """By the wanted items' primary keys, what is in use and may replace them on `day` (today), in one query."""
    wanted = set(items)
    if not wanted:
        return {}
    rows = ItemEquivalent.objects.holding(day or clock.today())
    rows = rows.filter(Q(item__in=wanted) | Q(equivalent__in=wanted, both_ways=True)).order_by("pk")
    found: dict[int, dict[int, StandIn]] = {}
    for row in rows.select_related(
        "item__base_unit", "item__category", "equivalent__base_unit", "equivalent__category"
    ):
        for asked, one in _ways(row):
            if asked.pk in wanted:
                found.setdefault(asked.pk, {}).setdefault(one.item.pk, one)
    return {key: list(some.values()) for key, some in found.items()}


def _ways(row: ItemEquivalent) -> list[tuple[Item, StandIn]]:
    """What a row says: which item may be replaced by what that is in use."""
    ways = [(row.item, StandIn(row.equivalent, row.factor, row))]
    if row.both_ways:
        ways.append((row.equivalent, StandIn(row.item, turned(row.factor), row)))
    return [(asked, one) for asked, one in ways if one.item.state == ItemState.ACTIVE]


def read_along(item: Item) -> list[StandIn]:
    """The same for an item whose rows were prefetched (`READ_ALONG`)."""
    rows, day = [*item.equivalents.all(), *item.equivalent_of.all()], clock.today()  # type: ignore[attr-defined]
    holding = [row for row in rows if row.valid_from <= day and (row.valid_to is None or row.valid_to >= day)]
    found: dict[int, StandIn] = {}
    for row in sorted(holding, key=lambda row: row.pk):
        for asked, one in _ways(row):
            if asked.pk == item.pk:
                found.setdefault(one.item.pk, one)
    return list(found.values())


READ_ALONG = ("equivalents__equivalent", "equivalent_of__item")


def stand_ins_of(item: Item) -> list[StandIn]:
    """What may replace one item today."""
    return stand_ins([item.pk]).get(item.pk, [])


def conversion(item: Item, other: Item) -> Decimal:
    """How many base units of `other` replace one of `item`, as the units say it; one for one where both count alike.

    Raises:
        InvalidInput: the units say nothing of it.
    """
    known = Decimal(1) if item.base_unit_id == other.base_unit_id else units_say(item, other)
    if known is None:
        sentence = _("The items are counted in “%(one)s” and “%(other)s”. Say how many %(other)s replace one %(one)s.")
        raise InvalidInput({"factor": [sentence % {"one": item.base_unit, "other": other.base_unit}]})
    return known


def turned(factor: Decimal) -> Decimal:
    """The conversion the other way round: 2 for 1 is 0.5 for 1. At least the smallest step, never nothing."""
    return max((1 / Decimal(factor)).quantize(FACTOR_STEP), FACTOR_STEP)

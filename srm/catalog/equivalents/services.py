"""Writing equivalents."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from srm.catalog.equivalents.models import ItemEquivalent
from srm.catalog.equivalents.selectors import conversion
from srm.catalog.lifecycle import ItemState
from srm.catalog.models import Item
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, NotAllowed
from srm.flow import records, uow

EDIT = "catalog.edit"


def name_equivalent(
    *, actor: Actor, item: Item, equivalent: Item, factor: Decimal | None = None, **fields: Any
) -> ItemEquivalent:
    """Say that `equivalent` may replace `item`, and with `both_ways` the other way round, too.

    Args:
        factor: base units of the equivalent for one of the item's; left out, the units say it, or it is one for one
            where both are counted alike.

    Raises:
        InvalidInput: the pair is named already, in either order; an item was merged; no conversion. NotAllowed
    """
    uow.require()
    if not actor.may(EDIT):
        raise NotAllowed()
    if item.pk == equivalent.pk:
        raise InvalidInput({"equivalent": _("An item is not its own equivalent. Choose another one.")})
    # In the order of the keys, so that two people who name the same pair from its two ends wait for each other.
    rows = Item.objects.select_for_update(of=("self",)).select_related("base_unit").order_by("pk")
    found = {row.pk: row for row in rows.filter(pk__in=[item.pk, equivalent.pk])}
    item, equivalent = found[item.pk], found[equivalent.pk]
    for name, one in (("item", item), ("equivalent", equivalent)):
        if one.state == ItemState.MERGED:
            raise InvalidInput({name: _("“%(item)s” was merged into another item. Choose that one.") % {"item": one}})
    if ItemEquivalent.objects.filter(item=equivalent, equivalent=item).exists():
        raise InvalidInput({"equivalent": _("These two items are equivalents already. Change that entry.")})
    _check_days(fields.get("valid_from"), fields.get("valid_to"))
    fields = {name: value for name, value in fields.items() if value is not None}
    return records.create(
        ItemEquivalent, actor=actor, root=item, item=item, equivalent=equivalent,
        factor=conversion(item, equivalent) if factor is None else factor, **fields,
    )  # fmt: skip


def change_equivalent(
    row: ItemEquivalent, *, actor: Actor, version: int | None = None, **changes: Any
) -> ItemEquivalent:
    """`row` with another conversion, note, direction or days; the two items stay.

    Raises:
        InvalidInput: sentences by field. Stale: somebody changed it since `version`. NotAllowed
    """
    uow.require()
    if not actor.may(EDIT):
        raise NotAllowed()
    locked = records.locked_row(row, version=version)
    for name in ("item", "equivalent"):
        if changes.get(name, getattr(locked, name)) != getattr(locked, name):
            raise InvalidInput({name: _("The two items stay. End this entry by its last day, and make another.")})
    if changes.get("factor", 1) is None:
        changes["factor"] = conversion(locked.item, locked.equivalent)
    _check_days(changes.get("valid_from", locked.valid_from), changes.get("valid_to", locked.valid_to))
    if changes.get("valid_from", 1) is None:
        del changes["valid_from"]
    return records.update(row, actor=actor, version=version, root=locked.item, **changes)


def _check_days(first: dt.date | None, last: dt.date | None) -> None:
    if first is not None and last is not None and last < first:
        raise InvalidInput({"valid_to": _("The last day is before the first one.")})

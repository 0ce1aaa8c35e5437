"""Goods of ours that lie with somebody else: handed over, used up there, brought back.

They lie in a store of their own for each holder and legal entity, all of it promised to what it was handed over for:
nobody is served from it, and levels, moves and values are kept as everywhere. Whoever hands over several items in one
transaction goes through them in the order of their ids.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.utils import translation
from django.utils.translation import gettext as _

from srm.catalog.models import Item
from srm.core.actor import Actor
from srm.core.errors import InvalidInput
from srm.core.names import LANGUAGES
from srm.flow import records, uow
from srm.people.models import LegalEntity
from srm.stock import services
from srm.stock.models import StockMove, Warehouse

Kind = StockMove.Kind


def store_at(*, actor: Actor, holder: str, code: str, name: str, like: Warehouse) -> Warehouse:
    """The store of what lies with `holder` (a public id) of the legal entity of `like`; made the first time.

    Args:
        code, name: how the holder is called.
        like: the store from which goods go there first.
    """
    uow.require()
    rows = Warehouse.objects.filter(holder=holder, legal_entity=like.legal_entity_id)
    found = rows.select_related("legal_entity", "place").first()
    if found is not None:
        return found
    LegalEntity.objects.select_for_update(no_key=True).get(pk=like.legal_entity_id)
    if (found := rows.first()) is not None:  # somebody was faster
        return found
    names: dict[str, Any] = {}
    for language in LANGUAGES:
        with translation.override(language):
            names[f"name_{language}"] = (_("At %(holder)s") % {"holder": name})[:200]
    return records.create(
        Warehouse, actor=actor, code=_free_code(code), holder=holder, place=like.place, legal_entity=like.legal_entity,
        is_active=False, **names,
    )  # fmt: skip


def _free_code(code: str) -> str:
    """`code` with a mark before it, and a number after it where another firm of ours has the same holder."""
    wanted = f"@{code}"[:20]
    for number in range(2, 100):
        if not Warehouse.objects.filter(code=wanted).exists():
            break
        wanted = f"@{code[:15]}~{number}"
    return wanted


def hand_over(
    *, actor: Actor, warehouse: Warehouse, held: Warehouse, item: Item, quantity: Decimal, moved_on: dt.date,
    document: Model, reason: str = "",
) -> StockMove:  # fmt: skip
    """`quantity` base units leave `warehouse` and lie with the holder, with their value; the move that came in there.

    Raises:
        RuleBroken: less than that is free. InvalidInput: the stores do not fit together.
    """
    require_partner(warehouse, held)
    _lock(item, warehouse, held)
    words: dict[str, Any] = {"actor": actor, "item": item, "moved_on": moved_on, "document": document, "reason": reason}
    size = services.positive(quantity)
    out = services.move(Kind.TRANSFER, -size, warehouse=warehouse, counterpart=held.name, **words)
    there = services.move(
        Kind.TRANSFER, size, warehouse=held, counterpart=str(warehouse), value=-out.value, pair=out, **words
    )
    services.promise(actor=actor, warehouse=held, item=item, quantity=size)
    return there


def bring_back(
    *, actor: Actor, held: Warehouse, warehouse: Warehouse, item: Item, quantity: Decimal, moved_on: dt.date,
    document: Model, reason: str = "",
) -> StockMove:  # fmt: skip
    """`quantity` base units of what lies with the holder come into `warehouse`, with their value.

    Raises:
        RuleBroken: so much does not lie there. InvalidInput: the stores do not fit together.
    """
    require_partner(warehouse, held)
    _lock(item, warehouse, held)
    words: dict[str, Any] = {"actor": actor, "item": item, "moved_on": moved_on, "document": document, "reason": reason}
    size = services.positive(quantity)
    out = services.move(
        Kind.TRANSFER, -size, warehouse=held, counterpart=str(warehouse), from_reserved=size, **words
    )  # fmt: skip
    return services.move(
        Kind.TRANSFER, size, warehouse=warehouse, counterpart=held.name, value=-out.value, pair=out, **words
    )


def use_up(
    *,
    actor: Actor,
    held: Warehouse,
    item: Item,
    quantity: Decimal,
    moved_on: dt.date,
    document: Model,
    reason: str = "",
) -> StockMove:
    """`quantity` base units were used by the holder for what he makes for us.

    Raises:
        RuleBroken: so much does not lie there.
    """
    return services.issue(
        actor=actor, warehouse=held, item=item, quantity=quantity, moved_on=moved_on, document=document,
        counterpart=held.name, from_reserved=quantity, reason=reason,
    )  # fmt: skip


def not_used(
    *, actor: Actor, held: Warehouse, item: Item, quantity: Decimal, value: Decimal, moved_on: dt.date, document: Model,
    reason: str,
) -> StockMove:  # fmt: skip
    """`quantity` base units that were counted as used lie there after all, worth `value` as they were then."""
    return services.take_in_again(
        actor=actor, warehouse=held, item=item, quantity=quantity, moved_on=moved_on, value=value, reason=reason,
        document=document, counterpart=held.name, reserved=quantity,
    )  # fmt: skip


def lose(
    *, actor: Actor, held: Warehouse, item: Item, quantity: Decimal, moved_on: dt.date, document: Model, reason: str
) -> StockMove:
    """`quantity` base units are not there any more, and nobody brings them back.

    Raises:
        RuleBroken: so much does not lie there.
    """
    size = services.positive(quantity)
    return services.move(
        Kind.ADJUSTMENT, -size, actor=actor, warehouse=held, item=item, moved_on=moved_on, document=document,
        counterpart=held.name, from_reserved=size, reason=reason,
    )  # fmt: skip


def require_partner(warehouse: Warehouse, held: Warehouse) -> None:
    """Refuse a store that cannot hand over to, or take back from, the store `held` by somebody else.

    Raises:
        InvalidInput
    """
    if warehouse.holder or not warehouse.is_active:
        raise InvalidInput(
            {"warehouse": _("%(warehouse)s is closed. Choose another warehouse.") % {"warehouse": warehouse}}
        )
    if warehouse.legal_entity_id != held.legal_entity_id:
        raise InvalidInput({"warehouse": _("It belongs to another legal entity: sell the goods to it.")})


def _lock(item: Item, *stores: Warehouse) -> None:
    """Both levels in one order, so that goods that go and goods that come back do not wait for each other."""
    for store in sorted(stores, key=lambda store: store.pk):
        services.locked_level(store, item)

"""Writing stock: every change of a level goes through `move` or the two functions about promises.

Each function locks the level's row, looks again, and writes the move and the level together, so that two people who
take the last piece at the same moment get one piece and one sentence. Whoever moves several items in one transaction
goes through them in the order of their ids: two lorries unloaded at once then wait for each other instead of locking
each other out.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Case, DecimalField, F, Model, Value, When
from django.db.models.functions import Round
from django.utils.translation import gettext as _

from srm.audit import services as audit
from srm.catalog.merging.selectors import followed
from srm.catalog.models import Item
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, RuleBroken
from srm.core.fields import MAX_AMOUNT, MAX_QUANTITY, QUANTITY_PLACES
from srm.core.money import cents
from srm.core.quantities import clean_quantity
from srm.flow import records
from srm.flow.origin import named
from srm.people.models import Place
from srm.stock import guards, placing
from srm.stock.models import Location, StockLevel, StockMove, Warehouse
from srm.ui import formats

CHUNK = 200
WHY = "the level is the firm's, whoever moves it"
Kind = StockMove.Kind
STEP = Decimal(1).scaleb(-QUANTITY_PLACES)


# -- warehouses --------------------------------------------------------------


def create_warehouse(*, actor: Actor, **fields: Any) -> Warehouse:
    """A new store at a delivery place of the same legal entity.

    Raises:
        InvalidInput: sentences by field.
    """
    _check_warehouse(fields)
    return records.create(Warehouse, actor=actor, **fields)


def update_warehouse(warehouse: Warehouse, *, actor: Actor, version: int | None = None, **changes: Any) -> Warehouse:
    """`warehouse` with `changes`; one that still holds something cannot be closed or moved to another firm.

    Raises:
        InvalidInput: sentences by field. Stale: somebody changed it since `version`.
    """
    locked = records.locked_row(warehouse, version=version)
    if reason := guards.why_not_editable(locked):
        raise RuleBroken([reason])
    names = ("name_en", "name_ru", "name_bg", "place", "legal_entity")
    _check_warehouse({name: changes.get(name, getattr(locked, name)) for name in names})
    levels = list(StockLevel.objects.unscoped(WHY).select_for_update().filter(warehouse=locked, on_hand__gt=0)[:1])
    if levels and not changes.get("is_active", True):
        raise InvalidInput({"is_active": _("There are still goods in it. Issue them or count them out first.")})
    if levels and changes.get("legal_entity", locked.legal_entity) != locked.legal_entity:
        raise InvalidInput({"legal_entity": _("There are still goods of the present legal entity in it.")})
    return records.update(locked, actor=actor, **changes)


def _check_warehouse(fields: dict[str, Any]) -> None:
    if not any((fields.get(name) or "").strip() for name in ("name_en", "name_ru", "name_bg")):
        raise InvalidInput({"name_en": _("Give it a name in at least one language.")})
    place, entity = fields.get("place"), fields.get("legal_entity")
    if place is not None and entity is not None and place.legal_entity_id != entity.pk:
        raise InvalidInput({"place": _("This place belongs to another legal entity.")})


# -- moves -------------------------------------------------------------------


def receive(
    *, actor: Actor, warehouse: Warehouse, item: Item, quantity: Decimal, moved_on: dt.date, value: Decimal = Decimal(0),
    document: Model | None = None, counterpart: str = "", location: Location | None = None,
) -> StockMove:  # fmt: skip
    """`quantity` base units come in, worth `value` in the base currency, into `location` or where goods come in.

    Raises:
        RuleBroken: the store is closed, or the item is a service. InvalidInput: the quantity cannot be.
    """
    reasons = []
    if not warehouse.is_active:
        reasons.append(_("%(warehouse)s is closed. Choose another warehouse.") % {"warehouse": warehouse})
    if item.is_service:
        reasons.append(_("“%(item)s” is a service. Services are not kept in stock.") % {"item": item})
    if reasons:
        raise RuleBroken(reasons)
    return move(
        Kind.RECEIPT, positive(quantity), actor=actor, warehouse=warehouse, item=item, moved_on=moved_on, value=value,
        document=document, counterpart=counterpart, location=location,
    )  # fmt: skip


def issue(
    *, actor: Actor, warehouse: Warehouse, item: Item, quantity: Decimal, moved_on: dt.date,
    document: Model | None = None, counterpart: str = "", from_reserved: Decimal = Decimal(0),
    value: Decimal | None = None, reason: str = "", location: Location | None = None,
) -> StockMove:  # fmt: skip
    """`quantity` base units are handed out, from `location` when one is named; `from_reserved` had been promised.

    `value` is what they are worth; left out, their share of what lies there is worth.

    Raises:
        RuleBroken: less than that is free, or less is promised. InvalidInput: the quantity cannot be.
    """
    return move(
        Kind.ISSUE, -positive(quantity), actor=actor, warehouse=warehouse, item=item, moved_on=moved_on, value=value,
        document=document, counterpart=counterpart, from_reserved=from_reserved, reason=reason, location=location,
    )  # fmt: skip


def transfer_out(
    *, actor: Actor, warehouse: Warehouse, item: Item, quantity: Decimal, moved_on: dt.date,
    document: Model | None = None, counterpart: str = "", from_reserved: Decimal = Decimal(0),
    value: Decimal | None = None, reason: str = "",
) -> StockMove:  # fmt: skip
    """`quantity` base units leave for `counterpart`: another store, a branch, a country. Otherwise like `issue`."""
    return move(
        Kind.TRANSFER, -positive(quantity), actor=actor, warehouse=warehouse, item=item, moved_on=moved_on,
        value=value, document=document, counterpart=counterpart, from_reserved=from_reserved, reason=reason,
    )  # fmt: skip


def send_back(
    *, actor: Actor, warehouse: Warehouse, item: Item, quantity: Decimal, moved_on: dt.date,
    document: Model | None = None, counterpart: str = "", value: Decimal | None = None, reason: str = "",
) -> StockMove:  # fmt: skip
    """`quantity` base units go back to where they came from: a returned delivery, a receipt that is reversed.

    Raises:
        RuleBroken: they are not there any more, or promised.
    """
    return move(
        Kind.RETURN, -positive(quantity), actor=actor, warehouse=warehouse, item=item, moved_on=moved_on, value=value,
        document=document, counterpart=counterpart, reason=reason,
    )  # fmt: skip


def take_in_again(
    *, actor: Actor, warehouse: Warehouse, item: Item, quantity: Decimal, moved_on: dt.date, value: Decimal, reason: str,
    document: Model | None = None, counterpart: str = "", reserved: Decimal = Decimal(0),
) -> StockMove:  # fmt: skip
    """`quantity` base units that had been handed out come back, worth what they were then.

    Args:
        reserved: so much of it is promised as it was before.

    Raises:
        RuleBroken: more would be promised than comes back.
    """
    back = move(
        Kind.RETURN, positive(quantity), actor=actor, warehouse=warehouse, item=item, moved_on=moved_on, value=value,
        document=document, counterpart=counterpart, reason=reason,
    )  # fmt: skip
    if reserved:
        level = locked_level(warehouse, item)
        _require_free(level, -positive(reserved))
        _promise(level, reserved, actor)
    return back


def adjust(
    *, actor: Actor, warehouse: Warehouse, item: Item, quantity: Decimal, moved_on: dt.date, reason: str,
    document: Model | None = None, counterpart: str = "", value: Decimal | None = None,
    location: Location | None = None,
) -> StockMove:  # fmt: skip
    """The books are put right by `quantity`, more or less than nothing, with the reason why.

    Raises:
        RuleBroken: it would take what is promised. InvalidInput: no difference, or no reason.
    """
    if not quantity:
        raise InvalidInput({"quantity": _("There is no difference to write.")})
    if not reason.strip():
        raise InvalidInput({"reason": _("Say why the stock is put right.")})
    size = positive(abs(quantity))
    return move(
        Kind.ADJUSTMENT, size if quantity > 0 else -size, actor=actor, warehouse=warehouse, item=item,
        moved_on=moved_on, value=value, document=document, counterpart=counterpart, reason=reason.strip(),
        location=location,
    )  # fmt: skip


def count(
    *, actor: Actor, warehouse: Warehouse, item: Item, counted: Decimal, moved_on: dt.date, reason: str,
    seen: Decimal | None = None,
) -> StockMove | None:  # fmt: skip
    """What was counted is what lies there: the difference becomes an adjustment. None when the books were right.

    Args:
        seen: what the books said when the counting began; if they moved since, it has to be counted again.

    Raises:
        RuleBroken: less was counted than is promised, or goods moved since. InvalidInput: the figure cannot be.
    """
    if counted < 0:
        raise InvalidInput({"counted": _("You cannot count less than nothing.")})
    level = locked_level(warehouse, item)
    if seen is not None and seen != level.on_hand:
        raise RuleBroken(
            [_("Goods have moved since you began: there were %(seen)s, now there are %(now)s. Count again.")
             % {"seen": formats.quantity(seen), "now": formats.quantity(level.on_hand, item.base_unit)}]
        )  # fmt: skip
    difference = counted - level.on_hand
    if not difference:
        audit.record(actor=actor, verb="counted", subject=level, reason=reason)
        return None
    return adjust(
        actor=actor, warehouse=warehouse, item=item, quantity=difference, moved_on=moved_on, reason=reason
    )  # fmt: skip


def require_past(moved_on: dt.date) -> None:
    """Refuse a date that has not come yet, where people type dates.

    Raises:
        InvalidInput
    """
    if moved_on > clock.today():
        raise InvalidInput({"moved_on": _("This day has not come yet.")})


# -- promises ----------------------------------------------------------------


def reserve(*, actor: Actor, item: Item, place: Place, quantity: Decimal) -> list[tuple[Warehouse, Decimal]]:
    """Promise up to `quantity` base units from the stores of `place`; how much of which, nothing when none is free.

    One store that has it all is taken before several that have parts.
    """
    wanted = positive(quantity)
    levels = list(
        StockLevel.objects.unscoped(WHY)
        .filter(item=item, warehouse__place=place, warehouse__is_active=True, on_hand__gt=0)
        .order_by("pk").select_for_update(of=("self",)).select_related("warehouse")
    )  # fmt: skip
    promised = []
    for level in sorted(levels, key=lambda level: (level.free < wanted, -level.free, level.pk)):
        part = min(level.free, wanted)
        if part > 0:
            _promise(level, part, actor)
            promised.append((level.warehouse, part))
            wanted -= part
    return promised


def promise_levels(*, actor: Actor, parts: Sequence[tuple[int, Decimal]]) -> None:
    """Promise so much of each level, by its key; the caller holds the levels' locks and saw that it is free.

    One event tells it for each warehouse: the promises themselves name the needs.
    """
    rows = StockLevel.objects.unscoped(WHY)
    number = DecimalField(max_digits=15, decimal_places=4)
    for start in range(0, len(parts), CHUNK):
        some = parts[start : start + CHUNK]
        grown = Case(*(When(pk=pk, then=Value(part, number)) for pk, part in some), output_field=number)
        rows.filter(pk__in=[pk for pk, _part in some]).update(reserved=Round(F("reserved") + grown, 4))
    touched = Counter(
        store for start in range(0, len(parts), CHUNK)
        for store in rows.filter(pk__in=[pk for pk, _part in parts[start : start + CHUNK]]).values_list("warehouse", flat=True)
    )  # fmt: skip
    for warehouse in Warehouse.objects.filter(pk__in=touched).order_by("pk"):
        audit.record(actor=actor, verb="promised", subject=warehouse, changes={"items": [None, touched[warehouse.pk]]})


def promise(*, actor: Actor, warehouse: Warehouse, item: Item, quantity: Decimal) -> None:
    """Promise `quantity` base units of what is free in one store.

    Raises:
        RuleBroken: less than that is free.
    """
    level = locked_level(warehouse, item)
    _require_free(level, -positive(quantity))
    _promise(level, quantity, actor)


def release(*, actor: Actor, warehouse: Warehouse, item: Item, quantity: Decimal) -> None:
    """Take back a promise of `quantity` base units.

    Raises:
        RuleBroken: less than that is promised.
    """
    level = locked_level(warehouse, item)
    _require_promised(level, positive(quantity))
    _promise(level, -quantity, actor)


def _promise(level: StockLevel, quantity: Decimal, actor: Actor) -> None:
    before, level.reserved = level.reserved, level.reserved + quantity
    level.save(update_fields=["reserved"])
    audit.record(
        actor=actor, verb="promised" if quantity > 0 else "released", subject=level,
        changes={"reserved": [before, level.reserved]},
    )  # fmt: skip


# -- inside ------------------------------------------------------------------


def move(
    kind: str, quantity: Decimal, *, actor: Actor, warehouse: Warehouse, item: Item, moved_on: dt.date,
    value: Decimal | None = None, document: Model | None = None, counterpart: str = "", reason: str = "",
    from_reserved: Decimal = Decimal(0), location: Location | None = None, **links: Any,
) -> StockMove:  # fmt: skip
    """Write one move, its level and its placements, under the level's lock; other rooms have a function for each kind.

    Goods of an item that was merged count for its successor. `links` are the references of two-sided moves and
    counter-moves (`pair`, `reverses`).
    """
    guards.require_document(warehouse, document)
    item, factor = followed(item)
    quantity, from_reserved = (quantity * factor).quantize(STEP), (from_reserved * factor).quantize(STEP)
    level = locked_level(warehouse, item)
    if from_reserved:
        _require_promised(level, positive(from_reserved))
        if from_reserved > -quantity:
            raise InvalidInput({"from_reserved": _("More is taken from the promised goods than is handed out.")})
    _require_free(level, quantity + from_reserved)
    worth = _worth(level, quantity, value)
    origin: dict[str, Any] = {**named(document), **links}
    written = records.create(
        StockMove, actor=actor, kind=kind, warehouse=warehouse, item=item, quantity=quantity, value=worth,
        moved_on=moved_on, counterpart=counterpart[:200], reason=reason[:300], **origin,
    )  # fmt: skip
    level.on_hand += quantity
    level.reserved -= from_reserved
    level.value += worth
    if level.on_hand > MAX_QUANTITY or abs(level.value) > MAX_AMOUNT:
        raise InvalidInput({"quantity": _("This is more than can be kept of one item.")})
    level.save(update_fields=["on_hand", "reserved", "value"])
    placing.follow(level, written, location, actor=actor)
    return written


def _worth(level: StockLevel, quantity: Decimal, value: Decimal | None) -> Decimal:
    """The value of a move, with the sign of its quantity."""
    if value is not None:
        return cents(abs(Decimal(value))) * (1 if quantity > 0 else -1)
    if level.on_hand + quantity == 0:
        return -level.value  # the last piece takes the last cent along
    if level.on_hand > 0:
        return cents(level.value * quantity / level.on_hand)
    item = level.item
    known = item.reference_price if item.currency == level.warehouse.legal_entity.currency else None
    return cents(quantity * (known or Decimal(0)))


def locked_level(warehouse: Warehouse, item: Item) -> StockLevel:
    """The level's row, locked until the transaction ends; made when goods of this kind come for the first time."""
    rows = StockLevel.objects.unscoped(WHY)
    key = {"warehouse": warehouse, "item": item}
    level = rows.select_for_update().filter(**key).first()
    if level is None:
        rows.get_or_create(**key)
        level = rows.select_for_update().get(**key)
    level.warehouse, level.item = warehouse, item
    return level


def _require_free(level: StockLevel, change: Decimal) -> None:
    """Refuse to take more than is free."""
    if level.free + change >= 0:
        return
    unit = level.item.base_unit
    words = {
        "item": level.item, "warehouse": level.warehouse, "free": formats.quantity(level.free, unit),
        "wanted": formats.quantity(-change, unit), "promised": formats.quantity(level.reserved, unit),
    }  # fmt: skip
    if level.reserved:
        raise RuleBroken(
            [_("Only %(free)s of “%(item)s” are free in %(warehouse)s, because %(promised)s are promised to requests; "
               "%(wanted)s are wanted.") % words]
        )  # fmt: skip
    raise RuleBroken([_("Only %(free)s of “%(item)s” are in %(warehouse)s; %(wanted)s are wanted.") % words])


def _require_promised(level: StockLevel, quantity: Decimal) -> None:
    """Refuse to use or release more promises than there are."""
    if quantity > level.reserved:
        unit = level.item.base_unit
        raise RuleBroken(
            [_("Only %(promised)s of “%(item)s” are promised in %(warehouse)s, not %(wanted)s.")
             % {"promised": formats.quantity(level.reserved, unit), "item": level.item, "warehouse": level.warehouse,
                "wanted": formats.quantity(quantity, unit)}]
        )  # fmt: skip


def positive(quantity: Decimal) -> Decimal:
    """A quantity above zero that can be kept.

    Raises:
        InvalidInput
    """
    try:
        return clean_quantity(Decimal(quantity))
    except InvalidInput as fault:
        raise InvalidInput({"quantity": fault.errors["__all__"]}) from fault

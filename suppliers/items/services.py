"""Writing items at suppliers and their prices."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from srm.catalog.models import Item, Unit
from srm.catalog.units import converts, factor_to_base
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, NotAllowed
from srm.flow import records
from srm.ui import formats
from suppliers.items import selectors  # noqa: F401  the catalog asks it for prices
from suppliers.items.models import Standing, SupplierItem, SupplierPrice
from suppliers.registry.models import Supplier

EDIT = "items.edit"
WHY = "what is written is locked and compared first"
LIMITS = ("max_quantity", "max_amount", "total_quantity", "total_amount")
Prices = Sequence[Mapping[str, Any]]


def create_supplier_item(
    *, actor: Actor, supplier: Supplier, item: Item, unit: Unit | None = None, factor: Decimal | None = None,
    prices: Prices = (), **fields: Any,
) -> SupplierItem:  # fmt: skip
    """An item as `supplier` sells it. Without a unit it is sold by the item's base unit.

    Args:
        factor: base units in one `unit`; left out, the item's own pack or the units' common kind say it.
        prices: values of `SupplierPrice` by name.

    Raises:
        InvalidInput: sentences by field; of a price as "prices.0.price".
    """
    _may_edit(actor)
    unit = unit or item.base_unit
    fields["standing"] = fields.get("standing") or Standing.APPROVED
    if fields["standing"] == Standing.PREFERRED:
        _step_back(item, actor)
    row = records.create(
        SupplierItem, actor=actor, supplier=supplier, item=item, unit=unit, factor=_factor(item, unit, factor),
        **fields,
    )  # fmt: skip
    _write_prices(row, prices, actor)
    return row


def update_supplier_item(
    row: SupplierItem, *, actor: Actor, version: int | None = None, prices: Prices | None = None, **changes: Any
) -> SupplierItem:
    """`row` with `changes`; `prices`, when given, is the whole new list, known ones by their "id".

    Raises:
        InvalidInput: sentences by field; the supplier and the item of a row stay.
        Stale: somebody changed it since `version`.
    """
    _may_edit(actor)
    locked = records.locked_row(row, version=version)
    for name in ("supplier", "item"):
        if name in changes and changes[name] != getattr(locked, name):
            raise InvalidInput({name: _("It cannot become another one. Make a new entry, and stop this one.")})
    if "unit" in changes or "factor" in changes:
        unit = changes.get("unit") or locked.unit
        given = changes.get("factor") or (locked.factor if unit == locked.unit else None)
        changes |= {"unit": unit, "factor": _factor(locked.item, unit, given)}
    if changes.get("standing") == Standing.PREFERRED and locked.standing != Standing.PREFERRED:
        _step_back(locked.item, actor)
    before = locked.version
    fresh = records.update(locked, actor=actor, **changes)
    if prices is not None and _write_prices(fresh, prices, actor) and fresh.version == before:
        fresh.version += 1
        fresh.save(update_fields=["version", "updated_at"])
    return fresh


def save_price(row: SupplierItem, *, actor: Actor, **values: Any) -> SupplierPrice:
    """One price: the one of the same basis, agreement, currency, day and quantity is changed, else a new one made.

    Raises:
        InvalidInput: sentences by field.
    """
    _may_edit(actor)
    records.locked_row(row)
    key = {name: values[name] for name in ("basis", "agreement", "currency", "valid_from", "from_quantity")}
    found = SupplierPrice.objects.unscoped(WHY).filter(supplier_item=row, **key).first()
    if found:
        return records.update(found, actor=actor, root=row, **values)
    return records.create(SupplierPrice, actor=actor, root=row, supplier_item=row, **values)


def succeed_price(row: SupplierItem, *, actor: Actor, valid_to: dt.date | None = None, **values: Any) -> SupplierPrice:
    """A price that takes the place of the former one of the same basis, agreement and quantity from its first day on.

    The former one ends the day before, in whatever currency; one that begins later keeps its days, and the new one ends
    before it. The limits of an agreement go on from the former one unless `values` names others.

    Raises:
        InvalidInput: sentences by field.
    """
    _may_edit(actor)
    locked = records.locked_row(row)
    start, day = values["valid_from"], dt.timedelta(days=1)
    same = {name: values[name] for name in ("basis", "agreement", "from_quantity")}
    mates = list(SupplierPrice.objects.unscoped(WHY).filter(supplier_item=locked, **same).order_by("valid_from", "pk"))
    former = [one for one in mates if one.valid_from <= start and (one.valid_to is None or one.valid_to >= start)]
    later = [one.valid_from - day for one in mates if one.valid_from > start]
    ends = [last for last in (valid_to, *later) if last is not None]
    if former:
        limits = {name: getattr(former[-1], name) for name in LIMITS}
        values = (limits if former[-1].currency == values["currency"] else {}) | values
    for one in former:
        if one.valid_from < start:
            records.update(one, actor=actor, root=locked, valid_to=start - day)
        elif one.currency != values["currency"]:
            _remove(one, locked, actor)
    return save_price(locked, actor=actor, valid_to=min(ends) if ends else None, **values)


def _may_edit(actor: Actor) -> None:
    if not actor.may(EDIT):
        raise NotAllowed()


def _factor(item: Item, unit: Unit, given: Decimal | None) -> Decimal:
    """How many base units one `unit` holds: as given, unless the units' own meaning says otherwise; else as known."""
    if unit.pk == item.base_unit_id:
        if given not in (None, 1):
            raise InvalidInput({"factor": _("“%(unit)s” is the base unit itself.") % {"unit": unit}})
        return Decimal(1)
    known = converts(unit, item.base_unit)
    if given is not None and not known:
        return given
    try:
        factor = factor_to_base(item, unit)
    except InvalidInput as fault:
        sentence = _("Say how many %(base)s one “%(unit)s” holds.") % {"base": item.base_unit, "unit": unit}
        raise InvalidInput({"factor": sentence}) from fault
    if given is not None and abs(given - factor) > factor / 1000:
        sentence = _("1 %(unit)s is always %(factor)s %(base)s.")
        values = {"unit": unit, "factor": format(factor.normalize(), "f"), "base": item.base_unit}
        raise InvalidInput({"factor": sentence % values})
    return factor


def _step_back(item: Item, actor: Actor) -> None:
    """One supplier is preferred for an item: whoever was before stays approved."""
    rows = SupplierItem.objects.unscoped(WHY).select_for_update(of=("self",)).order_by("pk")
    for other in rows.filter(item=item, standing=Standing.PREFERRED):
        records.update(other, actor=actor, standing=Standing.APPROVED)


def _write_prices(row: SupplierItem, prices: Prices, actor: Actor) -> bool:
    """Make the row's prices what `prices` says; whether anything changed."""
    kept = {one.public_id: one for one in SupplierPrice.objects.unscoped(WHY).filter(supplier_item=row)}
    gone = set(kept) - {line.get("id") for line in prices}
    for key in sorted(gone):
        _remove(kept[key], row, actor)
    changed = bool(gone)
    for position, line in enumerate(prices):
        values = {name: value for name, value in line.items() if name != "id" and not _left_open(name, value)}
        try:
            changed = _write_price(row, kept, line.get("id"), values, actor) or changed
        except InvalidInput as fault:
            raise InvalidInput(_placed(fault, position)) from fault
    return changed


def _remove(price: SupplierPrice, row: SupplierItem, actor: Actor) -> None:
    """Delete a price that nothing was bought at.

    Raises:
        InvalidInput: something was.
    """
    try:
        records.remove(price, actor=actor, root=row)
    except ProtectedError as fault:
        words = {"price": price, "day": formats.day(price.valid_from)}
        raise InvalidInput(
            _("Orders were written at %(price)s of %(day)s. It stays; let it end by its last day.") % words
        ) from fault


def _left_open(name: str, value: Any) -> bool:
    """Whether an empty cell means "as usual" rather than "nothing"."""
    return value in (None, "") and name in ("basis", "from_quantity", "currency", "valid_from")


def _write_price(
    row: SupplierItem, kept: Mapping[str, SupplierPrice], key: str | None, values: dict[str, Any], actor: Actor
) -> bool:
    if not key:
        values.setdefault("currency", row.supplier.currency)
        records.create(SupplierPrice, actor=actor, root=row, supplier_item=row, **values)
        return True
    if key not in kept:
        raise InvalidInput(_("This price was removed meanwhile."))
    before = kept[key]
    changed = any(getattr(before, name) != value for name, value in values.items())
    records.update(before, actor=actor, root=row, **values)
    return changed


def _placed(fault: InvalidInput, position: int) -> dict[str, Any]:
    """A price's faults under its position."""
    return {
        f"prices.{position}" if name == "__all__" else f"prices.{position}.{name}": sentences
        for name, sentences in fault.errors.items()
    }

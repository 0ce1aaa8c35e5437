"""Drawing up a count, taking its figures, writing its differences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from srm.audit import services as audit
from srm.catalog.models import Item
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, RuleBroken
from srm.core.fields import MAX_QUANTITY, QUANTITY_PLACES
from srm.core.quantities import parse_decimal
from srm.counts.lifecycle import CountState
from srm.counts.models import CountLine, StockCount
from srm.flow import records, uow
from srm.flow.perform import perform
from srm.flow.registry import effect
from srm.stock import services as stock
from srm.stock.models import Location, LocationLevel, StockLevel, Warehouse

WHY = "a count sees all that lies in its warehouse"
CHUNK = 500
ZERO = Decimal(0)
STEP = Decimal(1).scaleb(-QUANTITY_PLACES)


def create_count(
    *, actor: Actor, warehouse: Warehouse, reason: str, counted_on: dt.date | None = None, location: Location | None = None,
    source: str = "",
) -> StockCount:  # fmt: skip
    """A draft count of a warehouse, or of one of its locations.

    Raises:
        InvalidInput: the location is another warehouse's, or the day has not come.
    """
    values: dict[str, Any] = {
        "warehouse": warehouse,
        "location": location,
        "counted_on": counted_on or clock.today(),
        "reason": reason,
    }
    _check(values)
    return records.create(StockCount, actor=actor, legal_entity=warehouse.legal_entity, source=source, **values)


def update_count(count: StockCount, *, actor: Actor, version: int | None = None, **changes: Any) -> StockCount:
    """A changed draft.

    Raises:
        InvalidInput: it was started already, or a value cannot be. Stale
    """
    records.refuse_unless_draft(count, CountState.DRAFT)
    values = {
        name: changes.get(name, getattr(count, name)) for name in ("warehouse", "location", "counted_on", "reason")
    }
    _check(values)
    return records.update(count, actor=actor, version=version, legal_entity=values["warehouse"].legal_entity, **values)


def _check(values: Mapping[str, Any]) -> None:
    location = values["location"]
    if values["warehouse"].holder:
        raise InvalidInput({"warehouse": _("These goods lie with somebody else. Put them right at their order.")})
    if location is not None and location.warehouse_id != values["warehouse"].pk:
        raise InvalidInput({"location": _("This location is in another warehouse.")})
    if values["counted_on"] > clock.today():
        raise InvalidInput({"counted_on": _("This day has not come yet.")})


@effect(StockCount, "start")
def on_start(count: StockCount, *, actor: Actor, **_details: object) -> None:
    """Write down what should lie there; an import brings its own lines instead."""
    if count.source:
        return
    CountLine.objects.unscoped(WHY).bulk_create(
        [CountLine(count=count, item_id=item, expected=there) for item, there in sorted(_books(count).items())],
        batch_size=CHUNK,
    )
    _sum_up(count)


def record(count: StockCount, *, actor: Actor, lines: Iterable[Mapping[str, Any]]) -> StockCount:
    """Take figures: `item`, `counted` (base units, None takes a figure back) and `note` of each line.

    Items that the books do not know there are added. A figure that changes is compared with the books as they are now.

    Raises:
        InvalidInput: sentences by "lines.<no>.<field>". RuleBroken: the count is not being counted.
    """
    uow.require()
    count = records.locked_row(count)
    if count.state != CountState.COUNTING:
        raise RuleBroken(
            [_("Figures are taken while it is being counted; this one is “%(state)s”.") % {"state": count.state_label}]
        )
    wanted = _clean(lines)
    known = {line.item_id: line for line in count.lines.filter(item__in=[item.pk for item in wanted])}
    books = _books(count, list(wanted))
    fresh, changed = [], []
    for item, (counted, note) in wanted.items():
        line = known.get(item.pk)
        if line is None:
            if counted is not None:
                fresh.append(
                    CountLine(count=count, item=item, expected=books.get(item.pk, ZERO), counted=counted, note=note)
                )
        elif (line.counted, line.note) != (counted, note):
            if line.counted != counted:
                line.expected = books.get(item.pk, ZERO)
            line.counted, line.note = counted, note
            changed.append(line)
    rows = CountLine.objects.unscoped(WHY)
    rows.bulk_create(fresh, batch_size=CHUNK)
    rows.bulk_update(changed, ["expected", "counted", "note"], batch_size=CHUNK)
    _sum_up(count)
    if fresh or changed:
        audit.record(actor=actor, verb="counted", subject=count, changes={"lines": [None, len(fresh) + len(changed)]})
    return count


def _clean(lines: Iterable[Mapping[str, Any]]) -> dict[Item, tuple[Decimal | None, str]]:
    faults: dict[str, list[str]] = {}
    wanted: dict[Item, tuple[Decimal | None, str]] = {}
    for no, line in enumerate(lines):
        item, counted = line["item"], line.get("counted")
        if item.is_service:
            faults[f"lines.{no}.item"] = [
                _("“%(item)s” is a service. Services are not kept in stock.") % {"item": item}
            ]
        if item in wanted:
            faults[f"lines.{no}.item"] = [_("“%(item)s” is on the sheet twice.") % {"item": item}]
        try:
            counted = parse_decimal(counted)
        except InvalidInput as fault:
            faults[f"lines.{no}.counted"] = fault.errors["__all__"]
            continue
        if counted is not None and not 0 <= counted <= MAX_QUANTITY:
            faults[f"lines.{no}.counted"] = [_("You cannot count less than nothing.")]
        if counted is not None and not faults:
            counted = counted.quantize(STEP)
        wanted[item] = counted, str(line.get("note") or "").strip()[:300]
    if faults:
        raise InvalidInput(faults)
    return wanted


@effect(StockCount, "post")
def on_post(count: StockCount, *, actor: Actor, **_details: object) -> None:
    """Each difference becomes an adjustment, in the order of the items' ids, as everybody locks them."""
    lines = count.lines.filter(counted__isnull=False).exclude(counted=F("expected"))
    reason = f"{count.reason} {count.number}".strip()
    for line in lines.select_related("item__base_unit").order_by("item_id"):
        assert line.difference is not None
        stock.adjust(
            actor=actor, warehouse=count.warehouse, item=line.item, quantity=line.difference, moved_on=count.counted_on,
            reason=f"{reason}: {line.note}" if line.note else reason, document=count, location=count.location,
        )  # fmt: skip


def take_over(
    *, actor: Actor, warehouse: Warehouse, source: str, reason: str, lines: Iterable[Mapping[str, Any]]
) -> StockCount:
    """Figures that came from elsewhere, gathered in one count per warehouse and import; it stays open to be looked at."""
    found = StockCount.objects.unscoped(WHY).filter(source=source, warehouse=warehouse).first()
    if found is None:
        found = create_count(actor=actor, warehouse=warehouse, reason=reason, source=source)
        found = perform(found, "start", actor=actor)
    return record(found, actor=actor, lines=lines)


# ------------------------------------------------------------------------------------------------ inside


def _books(count: StockCount, items: list[Item] | None = None) -> dict[int, Decimal]:
    """What the books say of a count's place, by item; of `items` only, when given."""
    if count.location_id is not None:
        rows = LocationLevel.objects.unscoped(WHY).filter(location=count.location_id, on_hand__gt=0)
    else:
        rows = StockLevel.objects.unscoped(WHY).filter(warehouse=count.warehouse_id, on_hand__gt=0)
    if items is not None:
        rows = rows.filter(item__in=items)
    return dict(rows.order_by("item").values_list("item", "on_hand"))


def _sum_up(count: StockCount) -> None:
    count.line_count = count.lines.count()
    count.difference_count = count.lines.filter(counted__isnull=False).exclude(counted=F("expected")).count()
    count.save(update_fields=["line_count", "difference_count"])

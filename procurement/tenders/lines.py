"""Writing lots and lines, and what they take from the demand.

A line that comes from the demand holds its quantity there from the first draft on, so that two buyers cannot ask for
the same need twice; what is removed, cancelled or not awarded goes back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from django.db import models
from django.utils.translation import gettext as _

from procurement.planning import services as planning
from procurement.planning.models import DemandLine
from procurement.requests import services as requests
from procurement.requests.selectors import work_behind
from procurement.tenders.models import Lot, LotLine, Tender
from srm.audit import services as audit
from srm.catalog.units import to_base
from srm.core.actor import Actor
from srm.core.errors import InvalidInput
from srm.flow import records

M = TypeVar("M", bound=models.Model)
WHY = "the tender's own parts, inside its service"
DEMAND = "procurement.demand"
# What the demand has decided; a line that comes from it may change the rest.
FIXED = ("item", "description", "unit", "place")


def write_lines(tender: Tender, lines: Sequence[Mapping[str, Any]], *, actor: Actor) -> bool:
    """Bring the tender's lines in line with `lines` (in their order); whether anything changed.

    Each has "id" or none, and "lot": the title of its lot; lots appear in the order in which they are first named.

    Raises:
        InvalidInput: "lines.3.quantity" and the like.
    """
    kept = {line.public_id: line for line in tender.all_lines()}
    gone = set(kept) - {line.get("id") for line in lines}
    for key in sorted(gone):
        drop_line(tender, kept[key], actor=actor)
    lots = _Lots(tender)
    changed = bool(gone)
    for position, values in enumerate(lines):
        try:
            changed = _write_line(tender, kept, dict(values), position + 1, lots, actor) or changed
        except InvalidInput as fault:
            raise InvalidInput({_at(position, name): text for name, text in fault.errors.items()}) from fault
    _note_added(tender, len(kept) - len(gone), sum(1 for values in lines if not values.get("id")), actor)
    return lots.remove_empty() or changed


def add_demand(tender: Tender, entries: Sequence[tuple[DemandLine, Decimal]], *, actor: Actor) -> list[LotLine]:
    """New lines for quantities of the demand, in lots by category."""
    lots, added = _Lots(tender), []
    start = tender.all_lines().count()
    work = work_behind(DEMAND, [need.pk for need, _quantity in entries], "planned")
    for position, (need, quantity) in enumerate(entries, start + 1):
        line = _new(
            LotLine, lot=lots.named(str(need.category or "")), position=position, demand_line=need, item=need.item,
            description="" if need.item else need.description, quantity=quantity, unit=need.unit, need_by=need.need_from,
            place=need.place, baseline=_baseline(tender, need.item, need), **work.get(need.pk, {}),
        )  # fmt: skip
        added.append((line, quantity))
    take(tender, added, actor=actor)
    _note_added(tender, start, len(added), actor)
    return [line for line, _quantity in added]


def take(tender: Tender, entries: Sequence[tuple[LotLine, Decimal]], *, actor: Actor) -> None:
    """Hold quantities of the lines' demand for this tender.

    Raises:
        RuleBroken: so much is not open any more.
    """
    for line, quantity in sorted(entries, key=lambda entry: entry[0].demand_line_id or 0):
        planning.take(actor=actor, demand_line=_need(line), quantity=quantity)
    expected = tender.deadline.date() if tender.deadline else None
    requests.carry_lines(
        actor=actor, source_kind=DEMAND, source_stage="planned", stage="tendered", document=tender,
        moves=[requests.Carry(_need(line).pk, line.pk, quantity, expected) for line, quantity in entries],
    )  # fmt: skip


def give_back(tender: Tender, line: LotLine, *, actor: Actor, quantity: Decimal | None = None) -> None:
    """`quantity` of the line (all of it by default) is open in the demand again."""
    if line.demand_line_id is None:
        return
    requests.take_back(
        actor=actor, document_kind=tender._meta.label_lower, line_id=line.pk, stage="tendered", quantity=quantity
    )
    planning.give_back(actor=actor, demand_line=_need(line), quantity=quantity or line.quantity)


def _need(line: LotLine) -> DemandLine:
    """The demand behind a line that takes some."""
    assert line.demand_line is not None
    return line.demand_line


def drop_line(tender: Tender, line: LotLine, *, actor: Actor) -> None:
    """A draft's line goes, and its demand is open again."""
    give_back(tender, line, actor=actor)
    records.remove(line, actor=actor, root=tender)


def _note_added(tender: Tender, before: int, added: int, actor: Actor) -> None:
    """New lines make one sentence in the history, however many they are; changes of a line have their own."""
    if added:
        audit.record(actor=actor, verb="changed", subject=tender, changes={"lines": [before, before + added]})


def _new(model: type[M], **values: Any) -> M:
    """A checked and saved row."""
    row = model(**values)
    records.check(row)
    row.save(force_insert=True)
    return row


class _Lots:
    """The tender's lots by title, made as they are named."""

    def __init__(self, tender: Tender) -> None:
        self.tender = tender
        rows = Lot.objects.unscoped(WHY).filter(tender=tender).order_by("position")
        self.known = {lot.title: lot for lot in rows}
        self.last = max((lot.position for lot in self.known.values()), default=0)

    def named(self, title: str) -> Lot:
        """The lot of that title; lines that name none are in the tender's first."""
        title = title.strip()
        if not title:
            title = next(iter(self.known), self.tender.title)
        if title not in self.known:
            self.last += 1
            self.known[title] = _new(Lot, tender=self.tender, position=self.last, title=title)
        return self.known[title]

    def remove_empty(self) -> bool:
        """Lots nobody names any more go."""
        empty = Lot.objects.unscoped(WHY).filter(tender=self.tender, lines=None)
        return bool(empty.delete()[0])


def _write_line(
    tender: Tender, kept: Mapping[str, LotLine], values: dict[str, Any], position: int, lots: _Lots, actor: Actor
) -> bool:
    key, lot = values.pop("id", None), lots.named(values.pop("lot", "") or "")
    if not key:
        values = _checked(tender, values)
        _new(LotLine, lot=lot, position=position, **values)
        return True
    line = kept.get(key)
    if line is None:
        raise InvalidInput(_("This line was removed meanwhile."))
    if line.demand_line_id is None:
        values = _checked(tender, {**{name: getattr(line, name) for name in (*FIXED, "quantity")}, **values})
    else:
        values = _of_demand(tender, line, values, actor)
    before = (line.lot_id, line.position, *(getattr(line, name) for name in values))
    changed = records.update(line, actor=actor, root=tender, lot=lot, position=position, **values)
    return before != (changed.lot_id, changed.position, *(getattr(changed, name) for name in values))


def _checked(tender: Tender, values: dict[str, Any]) -> dict[str, Any]:
    """A line typed by hand: its item in base units, or words."""
    item, unit = values.get("item"), values.get("unit")
    if item is None and not values.get("description"):
        raise InvalidInput({"item": _("Choose an item, or say in words what is needed.")})
    if item is not None:
        if item.state != "active":
            raise InvalidInput({"item": _("“%(item)s” is not in use. Choose another item.") % {"item": item}})
        values["quantity"] = to_base(item, values["quantity"], unit or item.base_unit)
        values["unit"] = item.base_unit
        values["description"] = values.get("description") or ""
        if values.get("baseline") is None:
            values["baseline"] = _baseline(tender, item)
    elif unit is None:
        raise InvalidInput({"unit": _("Choose a unit.")})
    return values


def _of_demand(tender: Tender, line: LotLine, values: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """A line of the demand: what, where and in which unit stay; more or less quantity is taken or given back."""
    for name in FIXED:
        if name in values and values.pop(name) != getattr(line, name):
            raise InvalidInput({name: _("This comes from the demand and cannot be changed here.")})
    wanted = values.get("quantity", line.quantity)
    if wanted > line.quantity:
        take(tender, [(line, wanted - line.quantity)], actor=actor)
    elif wanted < line.quantity:
        give_back(tender, line, actor=actor, quantity=line.quantity - wanted)
    return values


def _baseline(tender: Tender, item: Any, need: DemandLine | None = None) -> Decimal | None:
    """The last price paid, else the requesters' estimate; nothing where the currency differs."""
    if item is not None and item.reference_price is not None and item.currency == tender.currency:
        return item.reference_price
    if need is not None and need.estimate is not None and need.currency == tender.currency:
        return need.estimate
    return None


def _at(position: int, name: str) -> str:
    return f"lines.{position}" if name == "__all__" else f"lines.{position}.{name}"

"""What a row of a schedule means: new, more, less, elsewhere, unchanged, or refused with the reason at its cell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from procurement.requests.lines import Defaults, clean_some
from procurement.requests.models import PurchaseRequest
from procurement.requests.schedule.models import ScheduledNeed
from procurement.requests.services import may_ask_for
from srm.catalog.models import Item, Unit
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import InvalidInput
from srm.people.models import CostCenter, Department, LegalEntity, Place

SCHEDULE = "what a schedule named before"
OWN = "production"
AT_ONCE = 400
Key = tuple[int, str, str, int, dt.date]


class Outcome(TextChoices):
    NEW = "new", pgettext_lazy("scheduled need", "New")
    MORE = "more", gettext_lazy("More than before")
    LESS = "less", gettext_lazy("Less than before")
    ELSEWHERE = "elsewhere", gettext_lazy("Another place or payer")
    SAME = "unchanged", gettext_lazy("Unchanged")
    REFUSED = "refused", gettext_lazy("Refused")


@dataclass
class Row:
    """One row of a schedule, its cells resolved; `no` is how the reader counts it."""

    no: int
    reference: str
    item: Item
    quantity: Decimal
    unit: Unit
    need_by: dt.date
    cost_center: CostCenter
    place: Place | None = None
    source: str = ""
    base_quantity: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        self.source = " ".join(self.source.split()) or OWN
        self.reference = " ".join(self.reference.split())
        self.place = self.place or self.department.place

    @property
    def department(self) -> Department:
        """Whose need it is."""
        return self.cost_center.department

    @property
    def key(self) -> Key:
        """What it is known by."""
        return self.department.pk, self.source, self.reference, self.item.pk, self.need_by


@dataclass
class Verdict:
    """What becomes of a row; `faults` are sentences by cell, `note` what could not be done of it.

    `beside` is what a new line asks for, in the unit of the row; `line` is that line.
    """

    row: Row
    outcome: Outcome
    faults: dict[str, str] = field(default_factory=dict)
    note: str = ""
    beside: Decimal | None = None
    line: Any = None


@dataclass
class Judge:
    """Judges the rows of one schedule, some at a time; `seen` is what it named so far."""

    actor: Actor
    seen: dict[Key, int] = field(default_factory=dict)

    def judge(self, rows: Sequence[Row]) -> list[Verdict]:
        """What would become of each row as things are now."""
        faults: dict[int, dict[str, str]] = {row.no: {} for row in rows}
        known = needs_of(rows)
        for row in rows:
            self._check(row, faults[row.no])
        # What is as it was is not judged anew: its day may be over, its item out of use.
        self._check_lines([row for row in rows if not _as_it_was(row, known.get(row.key))], faults)
        return [
            Verdict(row, Outcome.REFUSED, faults[row.no]) if faults[row.no] else Verdict(row, means(row, known.get(row.key)))
            for row in rows
        ]  # fmt: skip

    def name(self, row: Row) -> None:
        """Note a row that cannot be taken in: the schedule names it all the same."""
        self.seen.setdefault(row.key, row.no)

    def scope(self) -> set[tuple[int, str]]:
        """(department, source) of all that was named."""
        return {(department, source) for department, source, *_rest in self.seen}

    def _check(self, row: Row, faults: dict[str, str]) -> None:
        first = self.seen.setdefault(row.key, row.no)
        if first != row.no:
            faults["reference"] = _("The same stands in line %(line)d.") % {"line": first}
        if not row.reference:
            faults["reference"] = _("Which production order?")
        for name, most in (("reference", 60), ("source", 40)):
            if len(getattr(row, name)) > most:
                faults[name] = _("At most %(n)d characters, please.") % {"n": most}
        if not may_ask_for(row.department, self.actor):
            # A cost centre of others is answered like one that does not exist.
            faults["cost_center"] = _("“%(value)s” is not known here.") % {"value": row.cost_center.code}
        if row.item.is_service:
            faults["item"] = _("“%(item)s” is a service. A schedule asks for goods.") % {"item": row.item}

    def _check_lines(self, rows: Sequence[Row], faults: dict[int, dict[str, str]]) -> None:
        """As lines of requests are judged; every legal entity has its own places and payers."""
        by_entity: dict[int, dict[int, Row]] = {}
        for row in rows:
            if not faults[row.no]:
                by_entity.setdefault(row.department.legal_entity_id, {})[row.no] = row
        for some in by_entity.values():
            entity = next(iter(some.values())).department.legal_entity
            try:
                found = clean_some({no: line_of(row) for no, row in some.items()}, defaults_of(entity))
            except InvalidInput as fault:
                for name, sentences in fault.errors.items():
                    _lines, no, cell = name.split(".", 2)
                    faults[int(no)].setdefault(cell, " ".join(map(str, sentences)))
                found = _one_by_one(some, faults, entity)
            for line, values in found.items():
                some[line].base_quantity = values["base_quantity"]


def _one_by_one(rows: dict[int, Row], faults: dict[int, dict[str, str]], entity: LegalEntity) -> dict[int, Any]:
    good = {no: line_of(row) for no, row in rows.items() if not faults[no]}
    return clean_some(good, defaults_of(entity))


def _as_it_was(row: Row, need: ScheduledNeed | None) -> bool:
    """Whether a row says word for word what the schedule said before."""
    if need is None or not need.base_quantity or row.place is None:
        return False
    said = (row.quantity, row.unit.pk, row.place.pk, row.cost_center.pk)
    if said != (need.quantity, need.unit_id, need.place_id, need.cost_center_id):
        return False
    row.base_quantity = need.base_quantity
    return True


def defaults_of(entity: LegalEntity) -> Defaults:
    """A schedule names everything itself."""
    return Defaults(legal_entity=entity, route=PurchaseRequest.Route.NORMAL)


def line_of(row: Row) -> dict[str, Any]:
    """The row as a request's line."""
    return {
        "item": row.item, "quantity": row.quantity, "unit": row.unit, "need_by": row.need_by, "place": row.place,
        "cost_center": row.cost_center, "note": row.reference,
    }  # fmt: skip


def means(row: Row, need: ScheduledNeed | None) -> Outcome:
    """What a row says that the schedule did not say before."""
    if need is None or not need.base_quantity:
        return Outcome.NEW
    if row.base_quantity != need.base_quantity:
        return Outcome.MORE if row.base_quantity > need.base_quantity else Outcome.LESS
    assert row.place is not None
    moved = (row.place.pk, row.cost_center.pk) != (need.place_id, need.cost_center_id)
    return Outcome.ELSEWHERE if moved else Outcome.SAME


def needs_of(rows: Iterable[Row], *, locked: bool = False) -> dict[Key, ScheduledNeed]:
    """What is known of these rows; locked in the order of their keys where they are to be written."""
    keys = {row.key for row in rows}
    references, items = sorted({key[2] for key in keys}), {key[3] for key in keys}
    found: dict[Key, ScheduledNeed] = {}
    for start in range(0, len(references), AT_ONCE):
        some = ScheduledNeed.objects.unscoped(SCHEDULE).filter(
            reference__in=references[start : start + AT_ONCE], item__in=items
        )
        for need in some.select_for_update().order_by("pk") if locked else some:
            key = (need.department_id, need.source, need.reference, need.item_id, need.need_by)
            if key in keys:
                found[key] = need
    return found


def gone_from(judge: Judge) -> list[ScheduledNeed]:
    """Needs ahead that the schedule named before, of the same sources and departments, and does not name any more."""
    scope = judge.scope()
    rows = ScheduledNeed.objects.unscoped(SCHEDULE).filter(
        source__in={source for _department, source in scope},
        department__in={department for department, _source in scope}, need_by__gte=clock.today(), base_quantity__gt=0,
    )  # fmt: skip
    return [
        need for need in rows.select_related("item", "unit").order_by("need_by", "pk")
        if (need.department_id, need.source) in scope
        and (need.department_id, need.source, need.reference, need.item_id, need.need_by) not in judge.seen
    ]  # fmt: skip

"""What is wrong with a line of the past, beyond its cells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from babel.numbers import list_currencies
from django.utils.text import slugify
from django.utils.translation import gettext as _

from procurement.integrations.history import lookups
from procurement.integrations.history.directory import ItemKey, find_items, item_key
from procurement.integrations.history.lines import TRANSFER, Line, key_of, line_of
from procurement.integrations.history.rates import Rates
from procurement.orders.models import OrderLine
from srm.catalog.models import Item, Unit
from srm.catalog.units import to_base
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import InvalidInput
from srm.core.fields import MAX_AMOUNT, MAX_PRICE
from srm.exchange.parsing import ParsedRow
from srm.integrations.models import ExternalRef
from srm.people.models import LegalEntity
from srm.stock.models import StockMove
from suppliers.registry.models import INCOTERMS

WHY = "whether a line of this system came before"
KINDS = (OrderLine._meta.label_lower, StockMove._meta.label_lower)
TERMS = frozenset(code for code, _label in INCOTERMS)
CURRENCIES = frozenset(list_currencies())
PIECE = "C62"
SYSTEM = "history"
KEY = "key"  # kept with the staged values: who is the second of two equal lines is known only to who saw all


@dataclass
class Measure:
    """The item of a line as far as counting goes: ours, or one to be made with the unit of its first line."""

    base_unit: Unit
    item: Item | None = None


class Defaults:
    """What a line means where it says nothing: the firm, its currency, pieces, the system's name."""

    def __init__(self, actor: Actor) -> None:
        self.entities = {entity.pk: entity for entity in lookups.entities_of(actor)}
        self.only = next(iter(self.entities.values())) if len(self.entities) == 1 else None
        self.units = {unit.pk: unit for unit in Unit.objects.all()}
        self.piece = next((unit.pk for unit in self.units.values() if unit.code == PIECE), None)

    def settle(self, line: Line) -> None:
        """Fill in what the line leaves open."""
        line.legal_entity = line.legal_entity or (self.only.pk if self.only else None)
        line.unit = line.unit or self.piece
        entity = self.entities.get(line.legal_entity or 0)
        line.currency = (line.currency or (entity.currency if entity else "")).upper()
        line.system = slugify(line.system)[:40] or SYSTEM
        line.incoterm = _term(line.incoterm)


class Checks:
    """Judges the lines of one file, in its order; what one line settles holds for those after it."""

    def __init__(self, actor: Actor) -> None:
        self.defaults = Defaults(actor)
        self.rates = Rates()
        self.today = clock.today()
        self._measures: dict[ItemKey, Measure] = {}
        self._seen: dict[str, int] = {}

    def judge(self, rows: list[ParsedRow]) -> None:
        """Note faults; leave out what came before."""
        lines = {row.line: self._line(row) for row in rows}
        self._look_up_items(line for line in lines.values() if line)
        known = known_keys(line for line in lines.values() if line)
        for row in rows:
            line = lines[row.line]
            if line is None:
                continue
            if (line.system, line.key) in known:
                row.skip(_("Imported before."))
                continue
            _check_words(row, line)
            self._check_days(row, line)
            self._check_money(row, line)
            self._check_quantity(row, line)

    def _line(self, row: ParsedRow) -> Line | None:
        """The line, or None where the cells it stands on could not be read."""
        values = row.values
        if not row.is_good and any(values.get(name) is None for name in ("order_number", "quantity")):
            return None
        line = line_of(row.line, row.treatment == TRANSFER, _plain(values))
        self.defaults.settle(line)
        line.key = row.values[KEY] = key_of(line, self._seen)
        return line

    def _look_up_items(self, lines: Iterable[Line]) -> None:
        asked = {item_key(line): line for line in lines if item_key(line) not in self._measures}
        found = find_items(asked.values())
        for key, line in asked.items():
            item = found.get(key)
            unit = item.base_unit if item else self.defaults.units.get(line.unit or 0)
            if unit is not None:
                self._measures[key] = Measure(unit, item)

    def _check_days(self, row: ParsedRow, line: Line) -> None:
        days = (line.ordered_on, line.planned_on, line.delivered_on, line.quoted_on)
        if not any(days):
            row.blame("ordered_on", _("The line has no date at all."))
        if line.delivered_on and line.delivered_on > self.today:
            row.blame("delivered_on", _("This day has not come yet."))
        if line.ordered_on and line.ordered_on > self.today:
            row.blame("ordered_on", _("This day has not come yet."))

    def _check_money(self, row: ParsedRow, line: Line) -> None:
        if line.value is None and line.price is None:
            if not any(fault.column in ("value", "price") for fault in row.faults):
                row.blame("value", _("Neither value nor price is given."))
            return
        if line.net > MAX_AMOUNT or line.unit_price > MAX_PRICE:
            row.blame("value", _("This is more than can be kept of one line."))
        entity = self._entity(row, line)
        if line.currency not in CURRENCIES:
            row.blame("currency", _("“%(code)s” is no currency. Write it like EUR.") % {"code": line.currency})
        elif entity and any((line.ordered_on, line.planned_on, line.delivered_on, line.quoted_on)):
            self._check_rate(row, line, entity)

    def _entity(self, row: ParsedRow, line: Line) -> LegalEntity | None:
        entity = self.defaults.entities.get(line.legal_entity or 0)
        if entity is None and not any(fault.column == "legal_entity" for fault in row.faults):
            row.blame("legal_entity", _("There are several legal entities. Say which one bought."))
        return entity

    def _check_rate(self, row: ParsedRow, line: Line, entity: LegalEntity) -> None:
        try:
            worth = self.rates.to_base(line.net, line.currency, entity.currency, line.day, line.rate)
        except InvalidInput:
            said = {"one": line.currency, "other": entity.currency, "day": line.day.isoformat()}
            row.blame("currency", _("There is no exchange rate %(one)s to %(other)s for %(day)s. Give one.") % said)
        else:
            if worth > MAX_AMOUNT:
                row.blame("value", _("This is more than can be kept of one line."))

    def _check_quantity(self, row: ParsedRow, line: Line) -> None:
        measure = self._measures.get(item_key(line))
        unit = self.defaults.units.get(line.unit or 0)
        if measure is None or unit is None or unit.pk == measure.base_unit.pk:
            return
        try:
            to_base(measure.item, line.quantity, unit, measure.base_unit)
        except InvalidInput as fault:
            for column, sentences in fault.errors.items():
                row.blame(column, " ".join(map(str, sentences)))


def known_keys(lines: Iterable[Line]) -> set[tuple[str, str]]:
    """(system, key) of those lines that left a reference when they came before."""
    by_system: dict[str, list[str]] = {}
    for line in lines:
        by_system.setdefault(line.system, []).append(line.key)
    found = set()
    refs = ExternalRef.objects.unscoped(WHY).filter(kind__in=KINDS)
    for system, keys in by_system.items():
        for start in range(0, len(keys), 500):
            some = refs.filter(system=system, external_id__in=keys[start : start + 500])
            found |= {(system, key) for key in some.values_list("external_id", flat=True)}
    return found


def _check_words(row: ParsedRow, line: Line) -> None:
    if not line.item and not line.article:
        row.blame("item", _("Say what was bought: the item's name or our article."))
    if line.transfer:
        if not line.warehouse:
            row.blame("warehouse", _("Say which warehouse the goods left; one for all lines will do."))
        return
    if not line.supplier and not line.supplier_code:
        row.blame("supplier", _("Say who supplied it."))
    if line.incoterm and line.incoterm not in TERMS:
        row.blame("incoterm", _("“%(term)s” is no delivery term that is known here.") % {"term": line.incoterm[:20]})


def _term(text: str) -> str:
    """The Incoterm at the beginning of a cell: "FCA Mumbai (Incoterms 2010)" is FCA. "N/A - …" is none."""
    words = text.upper().split()
    if not words or words[0].rstrip("-–:;,.") in ("N/A", "NA", ""):
        return ""
    return words[0][:3] if words[0][:3] in TERMS and not words[0][3:4].isalpha() else text.upper()


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Parsed values with references as keys."""
    return {name: getattr(value, "pk", value) for name, value in values.items()}


def base_quantity(item: Item, line: Line, units: dict[int, Unit], base: Unit) -> Decimal:
    """What a line's quantity is in its item's base unit."""
    return line.quantity if line.unit == base.pk else to_base(item, line.quantity, units[line.unit or 0], base)

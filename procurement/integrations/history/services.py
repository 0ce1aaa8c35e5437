"""Writing a checked file of the past: everything or nothing, the log told once, no line twice."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from procurement.integrations.history import engine
from procurement.integrations.history.checks import KEY, Defaults, known_keys
from procurement.integrations.history.directory import Directory
from procurement.integrations.history.lines import TRANSFER, Line, line_of
from procurement.integrations.history.rates import Rates
from procurement.integrations.history.writing import Builder, Written
from srm.audit.services import plain
from srm.core import words
from srm.core.actor import Actor
from srm.core.money import line_total
from srm.exchange.importer import Progress, kind_named
from srm.exchange.models import ImportRow, ImportRun
from srm.exchange.parsing import ParsedRow
from srm.flow import bulk
from srm.outbox.models import OutboxEvent
from srm.people.models import LegalEntity
from srm.ui import formats

WHY = "the import being written"
# Lines in one transaction on SQLite: about a second of its one writer (tests/bench/history.py). Where one does not do,
# the slices are half as long: the first has the names to write as well, and each its marks.
SLICE = 12_000
MARKED_AT_ONCE = 5_000
Part = tuple[Callable[[], "dict[str, Any] | None"], bool]


# -- before: what the check adds up ------------------------------------------


def tally(row: ParsedRow, totals: dict[str, Any]) -> None:
    """Add a good line to what the check shows: the value of orders and of transfers by currency, and together."""
    values = row.values
    value, quantity, price = values.get("value"), values["quantity"], values.get("price")
    net = value if value is not None else line_total(quantity, price or Decimal(0))
    currency = values.get("currency") or ""
    kind = _("Value of transfers, %(currency)s") if row.treatment == TRANSFER else _("Value of orders, %(currency)s")
    for label in (kind, _("Together, %(currency)s")):
        shown = label % {"currency": currency}
        # The sum of all stands behind what it is the sum of.
        totals[shown] = Decimal((totals.get if label == kind else totals.pop)(shown, 0)) + net


# -- the parts ---------------------------------------------------------------


def parts(run: ImportRun, *, actor: Actor, progress: Progress) -> Iterator[Part]:
    """What is to be done, each in a transaction of its own: one part, or, for a long file on SQLite, several; and
    whether it is the last.

    Each is prepared before it is handed out. What an earlier attempt has written is not among them: its lines are
    marked imported, and what they made is found by name.
    """
    progress(0, run.good, _("Putting orders together"))
    found = Reading(run, actor)
    whole = engine.grouped(found.lines)
    directory = Directory(found.lines, found.entities, actor)
    writer = Writer(run, directory, found, actor)
    if connection.vendor == "sqlite":
        yield from writer.slice_by_slice(engine.slices(whole, SLICE if len(whole) <= SLICE else SLICE // 2))
    else:
        yield writer.all_at_once(engine.slices(whole, SLICE // 2))


class Reading:
    """The good lines of a checked file as lines of the past; those imported by another file meanwhile apart."""

    def __init__(self, run: ImportRun, actor: Actor) -> None:
        defaults = Defaults(actor)
        self.entities, self.units = defaults.entities, defaults.units
        self.lines: list[Line] = []
        self.known: list[int] = []
        shared: dict[str, str] = {}
        kind = kind_named(run.kind)
        for some in run.staged():
            lines = []
            for row in some:
                line = line_of(row.line, row.treatment == TRANSFER, kind.values_of(row), shared)
                defaults.settle(line)
                line.key = row.parsed[KEY]
                lines.append(line)
            known = known_keys(lines)
            self.lines += [line for line in lines if (line.system, line.key) not in known]
            self.known += [line.number for line in lines if (line.system, line.key) in known]


class Writer:
    """Writes slices: what they refer to first, then they themselves, then the marks of their lines."""

    def __init__(self, run: ImportRun, directory: Directory, found: Reading, actor: Actor) -> None:
        self.run, self.directory, self.found, self.actor = run, directory, found, actor
        self.rates = Rates()
        self.done = Done(run.info.get("history"))
        self._names: list[Any] | None = directory.batches()

    def slice_by_slice(self, some: Iterable[engine.Slice]) -> Iterator[Part]:
        """Each slice a part that marks its lines; the only part leaves the marking to the end of the import."""
        queue = iter(some)
        part, following = next(queue, None), next(queue, None)
        alone = following is None
        yield self._part([(part, self._built(part))] if part else [], mark=not alone), alone
        while following:
            part, following = following, next(queue, None)
            yield self._part([(part, self._built(part))], mark=True), following is None

    def all_at_once(self, some: Iterable[engine.Slice]) -> Part:
        """One part for all slices; only the first is prepared beforehand, the others when their turn has come."""
        queue = iter(some)
        first = next(queue, None)
        prepared = [(first, self._built(first))] if first else []

        def work() -> dict[str, Any]:
            self._write(prepared, mark=False)
            for part in queue:
                self._write([(part, self._built(part))], mark=False)
            return self.done.facts()

        return work, True

    def _part(self, prepared: list[tuple[engine.Slice, Written]], mark: bool) -> Callable[[], dict[str, Any]]:
        def work() -> dict[str, Any]:
            self._write(prepared, mark)
            return self.done.facts()

        return work

    def _built(self, part: engine.Slice) -> Written:
        averaged = self.rates.averaged
        rows = Builder(self.run, self.directory, self.rates, self.found.units, self.actor).build(part)
        self.rates.averaged, counted = averaged, self.rates.averaged - averaged
        return Written(rows, averaged=counted)

    def _write(self, prepared: list[tuple[engine.Slice, Written]], mark: bool) -> None:
        self._take_turns()
        self._write_names()
        for part, written in prepared:
            written.write(self.run, self.actor)
            if mark:
                self._mark([line.number for line in part.lines()], ImportRow.Outcome.IMPORTED)
            self.done.count(written.counts, part.lines(), written.averaged)
        ImportRun.objects.unscoped(WHY).filter(pk=self.run.pk).update(
            info={**self.run.info, "history": plain(self.done.kept)}
        )

    def _take_turns(self) -> None:
        """One import of the past at a time per legal entity; its other documents are not held up."""
        keys = sorted(self.found.entities)
        list(LegalEntity.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk").values_list("pk"))

    def _write_names(self) -> None:
        """Items, suppliers, departments: with the first part, and none that somebody made meanwhile."""
        if self._names is None:
            return
        self.directory.recheck()
        for batch in self._names:
            if batch.write() and batch.model is not OutboxEvent:
                bulk.note(batch, actor=self.actor, run=self.run)
            self.done.made(batch)
        words.learn(item.search_text for item in self.directory.new_items)
        self._names = None
        for number in range(0, len(self.found.known), MARKED_AT_ONCE):
            self._mark(
                self.found.known[number : number + MARKED_AT_ONCE], ImportRow.Outcome.SKIPPED, _("Imported before.")
            )

    def _mark(self, numbers: list[int], outcome: str, reason: str = "") -> None:
        for start in range(0, len(numbers), MARKED_AT_ONCE):
            some = self.run.rows_of().filter(line__in=numbers[start : start + MARKED_AT_ONCE])
            some.update(outcome=outcome, **({"reason": reason} if reason else {}))


# -- after: what came of it ----------------------------------------------------


class Done:
    """What an import has made so far, kept with it so that a later attempt counts on."""

    COUNTED = ("orders", "order_lines", "receipts", "transfers")

    def __init__(self, kept: dict[str, Any] | None) -> None:
        self.kept: dict[str, Any] = {
            "rows": {},
            "made": {},
            "averaged": 0,
            "orders": {},
            "transfers": {},
            **deepcopy(kept or {}),
        }

    def made(self, batch: Any) -> None:
        """Count new master data."""
        label = batch.model._meta.label_lower
        self.kept["made"][label] = self.kept["made"].get(label, 0) + len(batch)

    def count(self, counts: dict[str, int], lines: Iterable[Line], averaged: int) -> None:
        """Count the rows of a slice and add up its money."""
        for name in self.COUNTED:
            self.kept["rows"][name] = self.kept["rows"].get(name, 0) + counts[name]
        self.kept["averaged"] += averaged
        sums: dict[str, Counter] = defaultdict(Counter)
        for line in lines:
            sums["transfers" if line.transfer else "orders"][line.currency] += line.net  # type: ignore[assignment]
        for name, by_currency in sums.items():
            for currency, amount in by_currency.items():
                self.kept[name][currency] = Decimal(self.kept[name].get(currency, 0)) + amount

    def facts(self) -> dict[str, str]:
        """What the result page shows."""
        rows, made = self.kept["rows"], self.kept["made"]
        shown = [
            (_("orders"), rows.get("orders")), (_("order lines"), rows.get("order_lines")),
            (_("receipts"), rows.get("receipts")), (_("transfers"), rows.get("transfers")),
            (_("new items"), made.get("srm.item")), (_("new suppliers"), made.get("suppliers.supplier")),
            (_("new categories"), made.get("srm.category")), (_("new departments"), made.get("srm.department")),
            (_("new delivery places"), made.get("srm.place")),
        ]  # fmt: skip
        found = {str(label): formats.quantity(Decimal(count)) for label, count in shown if count}
        found |= self._money()
        if self.kept["averaged"]:
            found[str(_("lines at the ECB's average rate of their year"))] = formats.quantity(
                Decimal(self.kept["averaged"])
            )
        return found

    def _money(self) -> dict[str, str]:
        found = {}
        currencies = sorted({*self.kept["orders"], *self.kept["transfers"]})
        for currency in currencies:
            ordered, moved = (Decimal(self.kept[name].get(currency, 0)) for name in ("orders", "transfers"))
            found[_("value of orders, %(currency)s") % {"currency": currency}] = formats.money(ordered)
            if moved:
                found[_("value of transfers, %(currency)s") % {"currency": currency}] = formats.money(moved)
                found[_("together, %(currency)s") % {"currency": currency}] = formats.money(ordered + moved)
        return found


def sentence(count: int) -> str:
    """How many lines came in, in words."""
    return ngettext("%(n)d line imported.", "%(n)d lines imported.", count) % {"n": count}

"""Schedules as sheets: read through the kit's staged import, and given away as they are read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.requests.schedule import services
from procurement.requests.schedule.judging import Judge, Outcome, Row, Verdict, gone_from
from procurement.requests.schedule.models import ScheduledNeed
from srm.catalog.models import Item, Unit
from srm.core.actor import Actor
from srm.core.search import fold
from srm.exchange.columns import Col
from srm.exchange.importer import ImportKind, Progress, import_kind
from srm.exchange.models import ImportRow, ImportRun
from srm.exchange.parsing import ParsedRow
from srm.exchange.sheets import Sheet
from srm.people.models import CostCenter, Place

KIND = "production-schedule"
STAGED = "the caller has resolved the import"
PORTION = 200
REFS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "item": (Item, ("category", "base_unit")), "unit": (Unit, ()), "place": (Place, ()),
    "cost_center": (CostCenter, ("department__place", "department__legal_entity")),
}  # fmt: skip


def items_by_article(articles: set[str], actor: Actor) -> Mapping[str, Item]:
    """Items that the actor sees, by their article."""
    rows = Item.objects.visible_to(actor).filter(article__in=articles)
    return {row.article: row for row in rows.select_related("category", "base_unit").prefetch_related("packs")}


def units_by_name(texts: set[str], actor: Actor) -> Mapping[str, Unit]:
    """Units by code, symbol or name in any language."""
    known: dict[str, Unit] = {}
    for unit in Unit.objects.order_by("pk"):
        names = (unit.code, unit.symbol_en, unit.symbol_ru, unit.symbol_bg, unit.name_en, unit.name_ru, unit.name_bg)
        for name in filter(None, names):
            known.setdefault(_bare(name), unit)
    return {text: known[_bare(text)] for text in texts if _bare(text) in known}


def places_by_code(codes: set[str], actor: Actor) -> Mapping[str, Place]:
    """Delivery places by code."""
    return {row.code: row for row in Place.objects.visible_to(actor).filter(code__in=codes)}


def centers_by_code(codes: set[str], actor: Actor) -> Mapping[str, CostCenter]:
    """Cost centres by code, with whose they are."""
    rows = CostCenter.objects.visible_to(actor).filter(code__in=codes)
    return {row.code: row for row in rows.select_related(*REFS["cost_center"][1])}


def _bare(text: str) -> str:
    return fold(text).strip(" .")


class ScheduleSheet(Sheet):
    """What the schedule names; the same columns are read."""

    model = ScheduledNeed
    columns = [
        Col("reference", required=True, max_length=60, synonyms=(
            "Production order", "Work order", "Заказ на производство", "Производственный заказ", "Производствена поръчка",
        )),
        Col("item", gettext_lazy("Article"), kind="ref", source="item.article", find=items_by_article, required=True,
            synonyms=("Item", "Material", "Артикул", "Номенклатура")),
        Col("name", gettext_lazy("Item name"), source="item.name", way="out"),
        Col("quantity", kind="quantity", required=True, synonyms=("Qty", "Кол-во", "К-во")),
        Col("unit", gettext_lazy("Unit"), kind="ref", source="unit.code", find=units_by_name, help=gettext_lazy("The item's own if left empty."),
            synonyms=("UoM", "Ед. изм.", "Мярка")),
        Col("need_by", kind="date", required=True, synonyms=("Date", "Дата", "Срок")),
        Col("place", gettext_lazy("Delivery place"), kind="ref", source="place.code", find=places_by_code,
            help=gettext_lazy("The department's usual one if left empty."), synonyms=("Place", "Место", "Място")),
        Col("cost_center", gettext_lazy("Cost centre"), kind="ref", source="cost_center.code", find=centers_by_code, required=True,
            synonyms=("МВЗ", "Разходен център")),
        Col("source", max_length=40, help=gettext_lazy("A short word for the other system.")),
        Col("origin", way="out"),
        Col("seen_at", kind="moment", way="out"),
        Col("is_gone", kind="bool", way="out"),
    ]  # fmt: skip


def row_of(no: int, values: Mapping[str, Any]) -> Row:
    """The values of a line as the schedule takes them."""
    return Row(
        no, values["reference"] or "", values["item"], values["quantity"], values.get("unit") or values["item"].base_unit,
        values["need_by"], values["cost_center"], values.get("place"), values.get("source") or "",
    )  # fmt: skip


def is_named(values: Mapping[str, Any]) -> bool:
    """Whether a line says which need it is about, whatever is wrong with the rest of it."""
    return all(values.get(name) for name in ("reference", "item", "need_by", "cost_center"))


@import_kind
class ScheduleImport(ImportKind):
    """A file is all that its sources name for its departments; what it leaves out is listed and stays."""

    name, permission = KIND, services.EDIT
    title = gettext_lazy("Production schedule")
    hint = gettext_lazy("What production needs on which day. The same file again changes nothing.")
    fields, model = ScheduleSheet.imported(), ScheduledNeed
    findings = Outcome.choices

    def context(self, actor: Actor) -> Judge:
        """What was named so far."""
        return Judge(actor)

    def check_rows(self, rows: list[ParsedRow], context: Judge) -> None:
        """Say of every line what it would do."""
        good = {row.line: row for row in rows if row.is_good}
        for row in rows:
            if not row.is_good and is_named(row.values):
                context.name(row_of(row.line, row.values))
        for verdict in context.judge([row_of(line, row.values) for line, row in good.items()]):
            row = good[verdict.row.no]
            row.treatment = verdict.outcome.value
            for cell, sentence in verdict.faults.items():
                row.blame(cell if cell in row.values else "", sentence)

    def tally(self, row: ParsedRow, totals: dict[str, Any]) -> None:
        """How many lines are new, more, less, unchanged."""
        label = str(Outcome(row.treatment).label)
        totals[label] = totals.get(label, 0) + 1

    def conclude(self, context: Judge, totals: dict[str, Any]) -> None:
        """How many needs ahead the file does not name any more."""
        if gone := len(gone_from(context)):
            totals[_("not named any more")] = gone

    def parts(self, run: ImportRun, *, actor: Actor, progress: Progress) -> Iterator[Any]:
        """Some hundred lines of one cost centre at a time, each portion done once; at the end what is not named."""
        origin = run.file_name
        judge = Judge(actor)
        # Imported lines are of a run that was broken off.
        for outcome in (ImportRow.Outcome.IMPORTED, ImportRow.Outcome.REJECTED):
            for row in _rows(self, run, outcome):
                judge.name(row)
        waiting: dict[tuple[str, str], list[Verdict]] = {}
        for some in _portions(list(_rows(self, run, ImportRow.Outcome.PENDING)), PORTION):
            for verdict in judge.judge(some):
                waiting.setdefault((verdict.row.cost_center.code, verdict.row.source), []).append(verdict)
        verdicts = [verdict for _key, some in sorted(waiting.items()) for verdict in some]
        done = 0
        for some in _portions(verdicts, PORTION):
            yield lambda some=some: _write(run, some, actor=actor, origin=origin), False
            done += len(some)
            progress(done, len(verdicts), _("Importing lines"))
        yield lambda: _finish(run, judge), True


def _rows(kind: ImportKind, run: ImportRun, outcome: str) -> Iterator[Row]:
    """Staged lines with what they refer to."""
    for some in run.staged(outcome):
        values = {row.line: kind.values_of(row) for row in some}
        for name, (model, joins) in REFS.items():
            keys = {one[name] for one in values.values() if one[name] is not None}
            rows = model._base_manager.filter(pk__in=keys).select_related(*joins)
            found = {row.pk: row for row in (rows.prefetch_related("packs") if name == "item" else rows)}
            for one in values.values():
                one[name] = found.get(one[name])
        yield from (row_of(line, one) for line, one in values.items() if is_named(one))


def _portions(rows: Sequence[Any], size: int) -> Iterator[Any]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


def _write(run: ImportRun, verdicts: Sequence[Verdict], *, actor: Actor, origin: str) -> None:
    """One portion; every line keeps what became of it."""
    services.write([one for one in verdicts if one.outcome != Outcome.REFUSED], actor=actor, origin=origin)
    told = {one.row.no for one in verdicts if one.outcome == Outcome.REFUSED or one.note}
    for outcome in Outcome:
        plain = [one.row.no for one in verdicts if one.outcome == outcome and one.row.no not in told]
        run.rows_of().filter(line__in=plain).update(outcome=ImportRow.Outcome.IMPORTED, treatment=outcome.value)
    staged = {row.line: row for row in run.rows_of().filter(line__in=told)}
    for verdict in (one for one in verdicts if one.row.no in told):
        row = staged[verdict.row.no]
        refused = verdict.outcome == Outcome.REFUSED
        row.outcome = ImportRow.Outcome.REJECTED if refused else ImportRow.Outcome.IMPORTED
        row.treatment = verdict.outcome.value
        if refused:
            row.faults = [{"column": cell, "message": sentence} for cell, sentence in verdict.faults.items()]
        elif verdict.note:
            row.faults = [{"column": "quantity", "message": verdict.note}]
        row.reason = next(iter(verdict.faults.values()), verdict.note)[:300]
    ImportRow.objects.unscoped(STAGED).bulk_update(staged.values(), ["outcome", "treatment", "faults", "reason"])


def _finish(run: ImportRun, judge: Judge) -> dict[str, Any]:
    """Note what the file does not name any more; what became of its lines."""
    gone = gone_from(judge)
    services.mark_gone(gone)
    counted = Counter(run.rows_of(ImportRow.Outcome.IMPORTED).values_list("treatment", flat=True))
    result: dict[str, Any] = {
        str(outcome.label): counted[outcome.value] for outcome in Outcome if counted[outcome.value]
    }
    if short := run.rows_of(ImportRow.Outcome.IMPORTED).exclude(reason="").count():
        result[_("could not be taken back in full")] = short
    if gone:
        result[_("not named any more")] = len(gone)
    return result

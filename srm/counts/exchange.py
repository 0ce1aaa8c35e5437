"""Counts as sheets: lists, the sheet to be filled in, and levels that another system knows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.catalog.models import Item
from srm.core.actor import Actor
from srm.core.errors import DomainError, InvalidInput
from srm.counts import services
from srm.counts.models import CountLine, StockCount
from srm.exchange.columns import Col
from srm.exchange.importer import ImportKind, import_kind
from srm.exchange.models import ImportRun
from srm.exchange.parsing import ParsedRow
from srm.exchange.sheets import Sheet
from srm.stock.models import Warehouse


def items_by_article(texts: set[str], actor: Actor) -> Mapping[str, Item]:
    """Items by their article."""
    return {item.article: item for item in Item.objects.filter(article__in=texts).select_related("base_unit")}


def warehouses_by_code(texts: set[str], actor: Actor) -> Mapping[str, Warehouse]:
    """Open warehouses by their code."""
    rows = Warehouse.objects.visible_to(actor).filter(is_active=True, code__in=texts)
    return {row.code: row for row in rows.select_related("legal_entity")}


def counts_by_number(texts: set[str], actor: Actor) -> Mapping[str, StockCount]:
    """Counts that are being counted, by their number."""
    rows = StockCount.objects.visible_to(actor).filter(number__in=texts, state="counting")
    return {row.number: row for row in rows.select_related("warehouse")}


class CountListSheet(Sheet):
    """What the list of counts gives away."""

    model = StockCount
    columns = [
        Col("number", way="out"),
        Col("warehouse", gettext_lazy("Warehouse"), source="warehouse.code", way="out"),
        Col("location", gettext_lazy("Location"), source="location.code", way="out"),
        Col("counted_on", kind="date", way="out"),
        Col("reason", way="out"),
        Col("line_count", kind="whole", way="out"),
        Col("difference_count", kind="whole", way="out"),
        Col("state", kind="choice", way="out"),
    ]


class CountSheet(Sheet):
    """The lines of one count, to be filled in and sent back through the import of levels."""

    model = CountLine
    title = gettext_lazy("Count sheet")
    columns = [
        Col("count", gettext_lazy("Count number"), source="count.number", locked=True),
        Col("warehouse", gettext_lazy("Warehouse"), source="count.warehouse.code", locked=True),
        Col("article", gettext_lazy("Article"), source="item.article", locked=True),
        Col("name", gettext_lazy("Name"), source="item.name", locked=True),
        Col("unit", gettext_lazy("Unit"), source="item.base_unit.symbol", locked=True),
        Col("on_hand", gettext_lazy("Counted"), kind="quantity", source="counted"),
        Col("note", max_length=300),
    ]


@import_kind
class LevelImport(ImportKind):
    """Levels as counted, or as the accounting system knows them; differences wait in a count to be looked at."""

    name, title, permission = "stock-levels", gettext_lazy("Stock levels and counts"), "counts.edit"
    hint = gettext_lazy(
        "A filled-in count sheet, or the levels of another system by warehouse and article. Nothing is booked before "
        "somebody looks at the differences and writes them."
    )
    model, whole, portion = CountLine, False, 500
    key = ("count", "warehouse", "article")
    fields = [
        Col("count", gettext_lazy("Count number"), kind="ref", find=counts_by_number, synonyms=(
            "Count", "Инвентаризация", "Номер инвентаризации", "Инвентаризация №",
        )),
        Col("warehouse", gettext_lazy("Warehouse"), kind="ref", find=warehouses_by_code, synonyms=(
            "Store", "Warehouse code", "Склад", "Код склада", "Код на склад",
        )),
        Col("article", gettext_lazy("Article"), kind="ref", find=items_by_article, required=True, synonyms=(
            "Item", "Item code", "SKU", "Артикул", "Код", "Номенклатурный номер", "Код на артикул",
        )),
        Col("on_hand", gettext_lazy("On hand"), kind="quantity", synonyms=(
            "Counted", "Quantity", "Stock", "Qty", "Остаток", "Количество", "Посчитано", "Наличност", "Преброено",
        )),
        Col("note", gettext_lazy("Note"), max_length=300, synonyms=("Примечание", "Бележка")),
    ]  # fmt: skip

    def check_row(self, row: ParsedRow, context: Any) -> None:
        if not row.values.get("count") and not row.values.get("warehouse"):
            row.blame("warehouse", _("Say in which warehouse it lies."))
        if row.values.get("on_hand") is None and not row.faults:
            row.skip(_("Not counted."))
        elif (counted := row.values.get("on_hand")) is not None and counted < 0:
            row.blame("on_hand", _("You cannot count less than nothing."))

    def apply_rows(self, rows: list[ParsedRow], *, run: ImportRun, actor: Actor) -> None:
        """Gather the figures of a portion by their count; one wrong line leaves out only itself."""
        groups: dict[tuple[Any, Any], list[ParsedRow]] = defaultdict(list)
        counts = StockCount.objects.visible_to(actor).select_related("warehouse").in_bulk(_keys(rows, "count"))
        stores = Warehouse.objects.visible_to(actor).select_related("legal_entity").in_bulk(_keys(rows, "warehouse"))
        items = Item.objects.select_related("base_unit").in_bulk(_keys(rows, "article"))
        for row in rows:
            count = counts.get(_key(row, "count"))
            groups[count, None if count else stores[_key(row, "warehouse")]].append(row)
        for (count, store), part in groups.items():
            lines = [
                {"item": items[_key(row, "article")], "counted": row.values["on_hand"], "note": row.values.get("note")}
                for row in part
            ]  # fmt: skip
            try:
                with transaction.atomic():
                    if count is not None:
                        services.record(count, actor=actor, lines=lines)
                    else:
                        services.take_over(
                            actor=actor, warehouse=store, source=run.public_id, reason=_("Taken over"), lines=lines
                        )
            except InvalidInput as fault:
                _blame(part, fault)
            except DomainError as fault:
                for row in part:
                    row.blame("", fault)


def _key(row: ParsedRow, name: str) -> Any:
    value = row.values.get(name)
    return getattr(value, "pk", value)


def _keys(rows: list[ParsedRow], name: str) -> set[Any]:
    return {key for row in rows if (key := _key(row, name))}


def _blame(part: list[ParsedRow], fault: InvalidInput) -> None:
    """Each sentence at its line; the others wait for the next try."""
    told = False
    for name, sentences in fault.errors.items():
        _lines, _dot, rest = name.partition(".")
        no, _dot, _field = rest.partition(".")
        if no.isdigit():
            part[int(no)].blame("", " ".join(str(one) for one in sentences))
            told = True
    for row in part:
        if row.is_good:
            row.blame(
                "", _("Another line of this count was refused. Correct it and import again.") if told else str(fault)
            )

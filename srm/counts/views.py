"""Pages of counts."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.core.actor import Actor
from srm.counts import filters, forms, services, tables
from srm.counts.exchange import CountListSheet, CountSheet
from srm.counts.lifecycle import CountState
from srm.counts.models import CountLine, StockCount
from srm.ui import formats
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, CreatePage, DetailPage, EditPage, ListPage, Page
from srm.ui.slots import Action

VIEW, EDIT = "counts.view", "counts.edit"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# As many lines as a phone can be asked to show; a larger count is filled in page by page, or as a sheet.
SHOWN = 100
SHEET_LINES = 20_000


@menu("buying", gettext_lazy("Stock counts"), order=54)
class CountList(ListPage):
    model, permission, title = StockCount, VIEW, gettext_lazy("Stock counts")
    table, filterset, sheet = tables.CountTable, filters.CountFilter, CountListSheet
    sorts = {"-created": ("-created_at", "-id"), "created": ("created_at", "id")}
    create_label = gettext_lazy("New count")
    views = [("counting", gettext_lazy("Being counted"), {"state": "counting"})]
    empty = (
        gettext_lazy("Nothing was counted yet."),
        gettext_lazy("Draw up a count of a warehouse; the sheet says what should lie there."),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("warehouse", "location", "legal_entity")

    def actions(self) -> list[Action]:
        found = super().actions()
        if self.actor.may(EDIT) and self.actor.may("exchange.import"):
            found.insert(
                0, Action("import", _("Import levels"), f"{reverse('exchange:importrun-create')}?kind=stock-levels")
            )
        return found


class CountDetail(DetailPage):
    """One count: what the books say, what was counted, where they differ."""

    model, permission = StockCount, VIEW
    facts = [
        "warehouse",
        "location",
        "counted_on",
        "reason",
        "line_count",
        "difference_count",
        "created_by",
        "legal_entity",
    ]
    lines = ("line_rows", tables.LineTable)
    lines_title = gettext_lazy("Differences first")

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("warehouse", "location__warehouse", "created_by", "legal_entity")

    def heading(self) -> Any:
        return f"{self.object.warehouse}: {self.object.reason}"

    def line_rows(self) -> list[CountLine]:
        """Differences first, then what is not counted, then what agreed."""
        rows = self.object.lines.select_related("item__base_unit")
        wrong = list(rows.filter(counted__isnull=False).exclude(counted=F("expected"))[:SHOWN])
        waiting = list(rows.filter(counted__isnull=True)[: SHOWN - len(wrong)])
        rest = SHOWN - len(wrong) - len(waiting)
        return wrong + waiting + (list(rows.filter(counted=F("expected"))[:rest]) if rest else [])

    def warnings(self) -> list[Any]:
        if self.object.state != CountState.COUNTING:
            return []
        waiting = self.object.lines.filter(counted__isnull=True).count()
        return [_("%(n)s lines have no figure yet.") % {"n": formats.number(waiting)}] if waiting else []

    def actions(self) -> list[Action]:
        found = super().actions()
        if self.object.state == CountState.COUNTING and self.actor.may(EDIT):
            found.insert(0, Action("sheet", "XLSX", reverse("counts:stockcount-sheet", args=[self.object.public_id])))
            found.insert(
                1, Action("fill", _("Enter figures"), reverse("counts:stockcount-fill", args=[self.object.public_id]))
            )
        return found


class CountCreate(CreatePage):
    model, permission, title = StockCount, EDIT, gettext_lazy("New count")
    form, service = forms.CountForm, services.create_count


class CountEdit(EditPage):
    model, permission = StockCount, EDIT
    form, service = forms.CountForm, services.update_count

    @staticmethod
    def guard(document: Any, actor: Actor) -> Any:
        return (
            None if document.state == CountState.DRAFT else _("It was started already. Cancel it and draw up another.")
        )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("warehouse", "location__warehouse", "legal_entity")


class Fill(ActionPage):
    """What was counted, line by line; what has no figure yet comes first."""

    model, permission, name, loads_object = StockCount, EDIT, "fill", True
    title, submit, done = gettext_lazy("Enter figures"), gettext_lazy("Save figures"), gettext_lazy("Saved.")
    form, lines = forms.FoundForm, forms.Figures
    ask = gettext_lazy("Leave empty what you did not count. Enter 0 where nothing is left.")

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("warehouse")

    def eyebrow(self) -> list[Any]:
        return [self.object.number, self.object.warehouse]

    def shown(self) -> list[CountLine]:
        """The lines on this page."""
        rows = self.object.lines.select_related("item__base_unit")
        return list(rows.order_by(F("counted").desc(nulls_first=True), "pk")[:SHOWN])

    def initial_lines(self) -> list[dict[str, Any]]:
        return [
            {"id": line.public_id, "what": f"{line.item.article} {line.item.name}", "counted": line.counted, "note": line.note,
             "expected": formats.quantity(line.expected, line.item.base_unit)}
            for line in self.shown()
        ]  # fmt: skip

    def act(self, form: Any) -> StockCount:
        sent = self.cleaned()["lines"]
        known = self.object.lines.select_related("item").filter(public_id__in=[row["id"] for row in sent])
        items = {line.public_id: line.item for line in known}
        lines = [{**row, "item": items[row["id"]]} for row in sent if row["id"] in items]
        if form.cleaned_data["found"] is not None:
            lines.append({"item": form.cleaned_data["found"], "counted": form.cleaned_data["found_quantity"]})
        return services.record(self.object, actor=self.actor, lines=lines)


class CountSheetFile(Page):
    """The sheet to be filled in; it comes back through the import of levels."""

    model, permission, name, title = StockCount, EDIT, "sheet", gettext_lazy("Count sheet")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        rows = self.object.lines.select_related("count__warehouse", "item__base_unit").order_by("item__article")
        body = CountSheet.template_bytes(self.actor, rows=rows[:SHEET_LINES])
        name = f"{self.object.number}.xlsx"
        return HttpResponse(body, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})

"""Finance's pages: batches, their totals, their files."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from procurement.integrations.ledger import services
from procurement.integrations.ledger.forms import ExportForm, last_month
from procurement.integrations.models import LedgerExport
from srm.audit import services as audit
from srm.core.actor import Actor
from srm.core.errors import Missing
from srm.flow.uow import unit_of_work
from srm.people.models import LegalEntity
from srm.ui import tables
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, DetailPage, ListPage, Page
from srm.ui.panels import Content, panel
from srm.ui.slots import Action

TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


class ExportTable(tables.Table):
    """The list of batches."""

    number = tables.TextColumn()
    ledger = tables.TextColumn()
    period_from = tables.DateColumn()
    period_to = tables.DateColumn()
    documents = tables.NumberColumn(accessor="control.documents", verbose_name=_("Documents"))
    state = tables.StateColumn()

    class Meta:
        model = LedgerExport


@menu("know", _("Exports"), order=40, key="x")
class ExportList(ListPage):
    """All batches, newest first."""

    model = LedgerExport
    permission = "ledger.view"
    title = _("Ledger exports")
    room = "ledger"
    table = ExportTable
    sorts = {"-created": ("-created_at", "-id")}
    create_url = "ledger:export"
    create_label = _("New export")
    create_permission = "ledger.create"
    empty = (_("No batches yet."), _("Collect a period's receipts for the accounting system."))


class ExportCreate(ActionPage):
    """Collect a period into a draft batch."""

    permission = "ledger.create"
    title = _("New export")
    room = "ledger"
    name = "export"
    route = "new/"
    form = ExportForm
    submit = _("Collect receipts")
    done = _("Collected. Seal it when the rows are right.")

    def initial(self) -> dict[str, Any]:
        first, last = last_month()
        entity = LegalEntity.objects.filter(is_active=True).first()
        return {"legal_entity": entity, "period_from": first, "period_to": last}

    def act(self, form: ExportForm) -> LedgerExport:
        return services.create_export(actor=self.actor, **form.cleaned_data)


class ExportDetail(DetailPage):
    """One batch: does it tie out, and its files."""

    model = LedgerExport
    permission = "ledger.view"
    room = "ledger"
    facts = ["ledger", "legal_entity", "period_from", "period_to", "entries", "sha256", "previous_sha256"]

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("legal_entity")

    def fact_entries(self) -> int:
        return self.object.entries.count()

    def actions(self) -> list[Action]:
        files = []
        if self.object.sha256:
            for ending in ("xlsx", "csv"):
                address = reverse(f"ledger:ledgerexport-{ending}", args=[self.object.public_id])
                files.append(Action(ending, ending.upper(), address))
        return [*super().actions(), *files]


@panel(LedgerExport, _("Control totals"), order=10, place="main")
def control_panel(export: LedgerExport, actor: Actor, request: HttpRequest) -> Content:
    """Counts and sums that finance compares with its own."""
    if not export.control:
        return None
    return "procurement/integrations/_control.html", {"control": export.control, "export": export}


class _File(Page):
    """A sealed file; every download is noted."""

    abstract = True
    model = LedgerExport
    permission = "exchange.export"
    room = "ledger"
    loads_object = True
    ending = ""

    def get(self, request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.actor.may("ledger.view"):
            raise Missing()
        body = services.file_of(self.object, self.ending)
        with unit_of_work():
            audit.record(
                actor=self.actor, verb="downloaded", subject=self.object, changes={"file": [None, self.ending]}
            )
        name = f"{self.object.number}.{self.ending}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
        return HttpResponse(body, content_type=TYPES[self.ending], headers=headers)


class CsvFile(_File):
    """The batch as CSV."""

    title = "CSV"
    name = ending = "csv"


class XlsxFile(_File):
    """The batch as a workbook."""

    title = "XLSX"
    name = ending = "xlsx"

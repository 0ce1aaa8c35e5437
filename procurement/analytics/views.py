"""The report of exceptions as a page and as a file."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.analytics import exceptions
from procurement.analytics.exceptions import PLACED, Exceptions, Figure
from procurement.analytics.forms import ExceptionsForm
from srm.core.errors import InvalidInput, NotAllowed
from srm.people.models import LegalEntity
from srm.ui.charts import Chart
from srm.ui.menu import menu
from srm.ui.pages import Page

VIEW = "analytics.view"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_BARS = 12
ROUTES = {"urgent", "low_value", "after_fact"}
REVIEWS = {"justified": "justified", "unjustified": "unjustified", "unreviewed": "open"}


@dataclass(frozen=True)
class Cell:
    """A figure with its heading, and the list behind it for those who may open it."""

    label: str
    figure: Figure
    url: str


@menu("know", gettext_lazy("Exceptions"), order=20)
class ExceptionsReport(Page):
    """How often departments leave the usual way, and what it comes to."""

    permission, title, name, route = VIEW, gettext_lazy("Exceptions"), "exceptions", "exceptions/"
    template = "procurement/analytics/exceptions.html"

    def context(self) -> dict[str, Any]:
        form = ExceptionsForm(self.request.GET or None, actor=self.actor)
        since, until = form.period()
        entity = form.entity()
        rows = exceptions.by_department(entity, since, until)
        first = {"since": since, "until": until, "legal_entity": entity}
        query = {"legal_entity": entity.public_id, "since": since.isoformat(), "until": until.isoformat()}
        return {
            **super().context(), "form": form if form.is_bound else ExceptionsForm(initial=first, actor=self.actor),
            "headings": [label for _name, label in exceptions.labels()], "since": since, "until": until,
            "rows": [(row, self.cells(row, entity, since, until)) for row in rows], "currency": entity.currency,
            "total": self.total(rows, entity, since, until), "chart": _chart(rows), "entity": entity,
            "file_url": f"{reverse('analytics:exceptions-file')}?{urlencode(query)}" if self.may_export else "",
        }  # fmt: skip

    @property
    def may_export(self) -> bool:
        """Files are a right of their own."""
        return self.actor.may("exchange.export")

    def total(
        self, rows: list[Exceptions], entity: LegalEntity, since: dt.date, until: dt.date
    ) -> tuple[Exceptions, list[Cell]] | None:
        """All departments together, where there are several."""
        if len(rows) < 2:
            return None
        total = exceptions.total_of(rows)
        return total, self.cells(total, entity, since, until)

    def cells(self, row: Exceptions, entity: LegalEntity, since: dt.date, until: dt.date) -> list[Cell]:
        """The figures of a line, each with the address of what is behind it."""
        query = {"legal_entity": entity.public_id}
        if row.department is not None:
            query["own_department"] = row.department.public_id
        found = []
        for name, label in exceptions.labels():
            figure: Figure = getattr(row, name)
            url = self.address(name, query, since, until) if figure.count else ""
            found.append(Cell(label, figure, url))
        return found

    def address(self, name: str, query: dict[str, str], since: dt.date, until: dt.date) -> str:
        """The list behind a figure; none for readers whose list would show less."""
        if name in exceptions.ORDERED:
            query = {**query, "source": name, **_between("ordered_on", since, until)}
            address = reverse("orders:purchaseorder-list")
            states = urlencode([("state", state.value) for state in PLACED])
            return f"{address}?{urlencode(query)}&{states}" if self.actor.may("orders.view") else ""
        if not (self.actor.may("requests.view") and self.actor.sees_all("requests")):
            return ""
        query = {**query, "in_force": "1", **_between("sent_on", since, until)}
        if name in ROUTES:
            query["route"] = name
        if name in REVIEWS:
            query["review"] = REVIEWS[name]
        return f"{reverse('requests:purchaserequest-list')}?{urlencode(query)}"


def _between(name: str, since: dt.date, until: dt.date) -> dict[str, str]:
    return {f"{name}_from": since.isoformat(), f"{name}_to": until.isoformat()}


def _chart(rows: list[Exceptions]) -> Chart | None:
    """The departments with the most exceptions, by route."""
    shown = [row for row in rows if row.exceptional.count][:MOST_BARS]
    if not shown:
        return None
    names = [(name, label) for name, label in exceptions.labels() if name in ROUTES]
    figures = [[str(row.department), *(Decimal(getattr(row, name).count) for name, _label in names)] for row in shown]
    whole = {"yAxis": {"minInterval": 1}}
    return Chart("stack", "", [("department", _("Department")), *names], figures, option=whole)


class ExceptionsFile(Page):
    """The figures as a workbook."""

    permission, name, route = VIEW, "exceptions-file", "exceptions.xlsx"

    def admit(self) -> None:
        """Files are a right of their own."""
        super().admit()
        if not self.actor.may("exchange.export"):
            raise NotAllowed()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        form = ExceptionsForm(request.GET or None, actor=self.actor)
        since, until = form.period()
        if form.is_bound and not form.is_valid():
            raise InvalidInput({name: list(found) for name, found in form.errors.items()})
        body = exceptions.workbook(self.actor, form.entity(), since, until)
        name = f"exceptions-{since.isoformat()}-{until.isoformat()}.xlsx"
        return HttpResponse(
            body, content_type=XLSX,
            headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
        )  # fmt: skip

"""Pages that exist for the tests only: a form with lines, a chart, an action, on the firm's own records."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.urls import include, path
from django.utils.translation import gettext_lazy as _

import srm.org.lookups  # noqa: F401  the pickers ask them
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.people.models import Department
from srm.ui import charts, forms
from srm.ui.pages import ActionPage, CreatePage, ListPage, Page, routes
from suppliers.registry.models import Supplier
from suppliers.registry.tables import SupplierTable

RECEIVED: list[dict[str, Any]] = []


class OrderForm(forms.Form):
    title = forms.CharField(label="Title", max_length=80)
    department = forms.PickerField("departments", label="Department")
    need_by = forms.DateField(label="Needed by", required=False, help_text="When it must be on the shelf.")
    currency = forms.ChoiceField(label="Currency", choices=[("EUR", "EUR"), ("BGN", "BGN")])
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea)
    layout = ["title", ("department", "need_by", "currency"), "note"]


class OrderLineForm(forms.Form):
    center = forms.PickerField("cost-centers", label="Cost centre")
    quantity = forms.QuantityField(label="Quantity")
    price = forms.PriceField(label="Price", required=False)
    need_by = forms.DateField(label="Needed by", required=False)


class OrderLines(forms.LineFormSet):
    form = OrderLineForm
    label = "Lines"
    min_lines = 1
    totals = {"amount": ("quantity", "price")}
    currency_field = "currency"


def place(*, actor: Any, lines: list[dict[str, Any]], **values: Any) -> str:
    """Takes an order; refuses some, the way services refuse."""
    for position, line in enumerate(lines):
        if line["quantity"] > Decimal(10_000):
            raise InvalidInput({f"lines.{position}.quantity": "More than the store holds."})
    if values["title"] == "closed":
        raise RuleBroken(["The period is closed.", "The budget is spent."])
    if values["title"] == "odd":
        raise InvalidInput({"title": "An odd title.", "nowhere": "Something else is odd."})
    RECEIVED.append({**values, "lines": lines})
    return "/demo/placed/"


class OrderCreate(CreatePage):
    room, model, permission = "demo", Department, "org.manage"
    title, form, lines, service = "New order", OrderForm, OrderLines, place
    submit, done = "Send to I. Petrov for approval", "Sent."
    route, name = "order/", "order"


class Placed(Page):
    room, public, template, title = "demo", True, "ui/shortcuts.html", "Placed"
    name = "placed"


class Figures(Page):
    room, permission, template, title, name = "demo", "home.view", "demo/figures.html", "Figures", "figures"

    def context(self) -> dict[str, Any]:
        return {**super().context(), "charts": samples()}


class Ticking(ListPage):
    room, model, permission, name, route = "demo", Supplier, "registry.view", "ticking", "ticking/"
    title, table, bulk_moves = "Suppliers to tick", SupplierTable, ("suspend", "block")


class Refuse(ActionPage):
    room, permission, title, name = "demo", "home.view", "Refuse", "refuse"

    def act(self, form: Any) -> None:
        raise NotAllowed()


def samples() -> list[charts.Chart]:
    """One chart of each kind."""
    months = [("Jan", 12, 8, 3), ("Feb", 14, 6, 4), ("Mar", 9, 11, 5)]
    names = [("month", _("Month")), ("steel", "Steel"), ("bolts", "Bolts"), ("gloves", "Gloves")]
    found = [
        charts.Chart(kind, kind, names, months, unit="EUR")
        for kind in ("bar", "stack", "share", "line", "step", "area", "radar")
    ]
    found.append(charts.Chart("matrix", "matrix", [("name", "Category"), ("risk", "Supply risk"), ("profit", "Profit impact"), ("spend", "Spend"), ("quadrant", "Quadrant")],
                              [("Electronic components", .82, .74, 4.1, "strategic"), ("Steel sheet", .28, .86, 5.2, "leverage"), ("Gaskets", .84, .18, .4, "bottleneck"), ("Fasteners", .17, .12, .5, "noncritical")], height=420))  # fmt: skip
    found.append(
        charts.Chart(
            "sankey",
            "sankey",
            [("from", "From"), ("to", "To"), ("value", "Value")],
            [("Assembly", "Steel", 5), ("Service", "Steel", 2), ("Steel", "Alfa", 7)],
        )
    )
    found.append(
        charts.Chart(
            "heat",
            "heat",
            [("x", "Month"), ("y", "Supplier"), ("late", "Late")],
            [("Jan", "Alfa", 1), ("Feb", "Alfa", 4), ("Jan", "Beta", 7)],
        )
    )
    found.append(
        charts.Chart(
            "gantt",
            "gantt",
            [("what", "What"), ("a", "From"), ("b", "To")],
            [("Tender", "2026-11-01", "2026-11-20"), ("Award", "2026-11-20", "2026-12-04")],
        )
    )
    found.append(
        charts.Chart(
            "spread",
            "spread",
            [("s", "Supplier"), ("l", "Low"), ("m", "Median"), ("h", "High")],
            [("Alfa", 10, 14, 21), ("Beta", 30, 44, 70)],
            unit="d",
        )
    )
    return found


urlpatterns = [
    path("demo/", include((routes(OrderCreate, Placed, Figures, Ticking, Refuse), "demo"))),
    path("", include("srm.urls")),
]
handler404 = "srm.ui.errors.missing"

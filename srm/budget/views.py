"""Pages of budgets."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.budget import exchange, filters, forms, selectors, services, tables
from srm.budget.models import BudgetEntry, BudgetLine, centers_of, sees_all
from srm.core.actor import Actor
from srm.ui import formats
from srm.ui.charts import Chart
from srm.ui.menu import menu
from srm.ui.pages import CreatePage, DetailPage, EditPage, ListPage
from srm.ui.panels import panel
from srm.ui.tables import render_ready

VIEW, EDIT = "budget.view", "budget.edit"
LATEST = 25
# Spent and ordered in the theme's own colours, reserved a paler ordered, and what is left hardly there.
COLORS = ["#0f766e", "#2563eb", "#93c5fd", "#dbe2ea", "#64748b"]
# The budget itself is a line above the bars, not one more part of them.
OPTION = {
    "color": COLORS,
    "series": [{}, {}, {}, {}, {"type": "line", "step": "middle", "stack": None, "symbol": "none"}],
}


@menu("work", gettext_lazy("Budgets"), order=60, key="b")
class BudgetList(ListPage):
    model, permission, title = BudgetLine, VIEW, gettext_lazy("Budgets")
    table, filterset, sheet = tables.BudgetTable, filters.BudgetFilter, exchange.BudgetSheet
    sorts = {
        "-year": ("-year", "cost_center__code", "id"), "year": ("year", "cost_center__code", "id"),
        "center": ("cost_center__code", "-year", "id"), "-center": ("-cost_center__code", "-year", "id"),
        "-spent": ("-spent", "-id"), "spent": ("spent", "id"),
    }  # fmt: skip
    views = [
        ("now", gettext_lazy("This year"), {"now": "on"}),
        ("short", gettext_lazy("Nearly used up"), {"short": "on"}),
        ("over", gettext_lazy("Exceeded"), {"over": "on"}),
    ]
    create_label = gettext_lazy("New budget")
    empty = (
        gettext_lazy("No budgets yet."),
        gettext_lazy(
            "What a cost centre may spend in a period. Requests are checked against it before anybody approves them."
        ),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("cost_center", "category")


class BudgetDetail(DetailPage):
    model, permission = BudgetLine, VIEW
    facts = [
        "cost_center",
        ("owner", gettext_lazy("Budget owner")),
        "category",
        ("period", gettext_lazy("Period")),
        ("policy", gettext_lazy("When it is used up")),
        ("counted", gettext_lazy("Counted")),
    ]

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("cost_center__owner", "category")

    def heading(self) -> Any:
        line = self.object
        return f"{line.cost_center.name or line.cost_center.code}, {line.category.name if line.category else _('everything')}, {line.span}"

    def eyebrow(self) -> list[Any]:
        return [self.object.cost_center.code, *super().eyebrow()]

    def fact_owner(self) -> Any:
        return self.object.cost_center.owner or ""

    def fact_counted(self) -> Any:
        return _("net of recoverable VAT, in %(currency)s") % {"currency": self.object.currency}

    def fact_category(self) -> Any:
        return self.object.category or _("all that has no budget of its own")

    def fact_period(self) -> str:
        return self.object.span

    def fact_policy(self) -> str:
        return self.object.cost_center.get_budget_policy_display()

    def warnings(self) -> list[Any]:
        line = self.object
        over = formats.money(-line.left, line.currency)
        if line.left < 0 and line.stops:
            return [_("It is exceeded by %(over)s. Nothing more can be approved.") % {"over": over}]
        if line.left < 0:
            return [_("It is exceeded by %(over)s.") % {"over": over}]
        if line.left == 0 and line.amount and line.stops:
            return [_("It is used up. Nothing more can be approved.")]
        return []


@panel(BudgetLine, gettext_lazy("How it is used up"), order=10, permission=VIEW, place="main")
def burn_panel(document: BudgetLine, actor: Actor, request: HttpRequest) -> tuple[str, dict]:
    """Spent, ordered, reserved and left: now, and month by month."""
    return "srm/budget/_burn.html", {
        "line": document,
        "parts": [
            (_("Budget"), document.amount), (_("Spent"), document.spent), (_("Ordered"), document.committed),
            (_("Reserved"), document.reserved), (_("Left"), document.left),
        ],
        "chart": burn_chart(document),
    }  # fmt: skip


def burn_chart(line: BudgetLine) -> Chart:
    """The months of its period: what was spent, ordered, reserved by the end of each, and what was left."""
    months = selectors.burn(line)
    return Chart(
        "stack", _("By month"), unit=line.currency, height=260, option=OPTION,
        columns=[("month", _("Month")), ("spent", _("Spent")), ("committed", _("Ordered")), ("reserved", _("Reserved")),
                 ("left", _("Left")), ("amount", _("Budget"))],
        rows=[
            (date_format(one.month, "M Y" if one.month.year != line.year else "M"), one.spent, one.committed, one.reserved,
             max(one.left, 0), one.amount)
            for one in months
        ],
        note=_("What was spent, ordered and reserved at the end of each month, what was left, and the budget as it was then."),
    )  # fmt: skip


@panel(BudgetLine, gettext_lazy("Entries"), order=20, permission=VIEW)
def entries_panel(document: BudgetLine, actor: Actor, request: HttpRequest) -> tuple[str, dict] | None:
    """The latest amounts, with the documents behind them."""
    rows = (
        BudgetEntry.objects.visible_to(actor)
        .filter(line=document)
        .select_related("line__cost_center", "line__category")
    )
    found = list(rows.order_by("-id")[: LATEST + 1])
    if not found:
        return None
    more = f"{reverse('budget:budgetentry-list')}?line={document.public_id}" if len(found) > LATEST else ""
    table = render_ready(EntriesOfLine, found[:LATEST], actor, link=None)
    return "srm/catalog/_rows.html", {"table": table, "more": more, "card": True}


class EntriesOfLine(tables.EntryTable):
    """Entries of one budget."""

    class Meta(tables.EntryTable.Meta):
        hidden = ("line",)


class BudgetCreate(CreatePage):
    model, permission, title = BudgetLine, EDIT, gettext_lazy("New budget")
    form, service = forms.BudgetForm, services.create_line


class BudgetEdit(EditPage):
    model, permission = BudgetLine, EDIT
    form, service = forms.BudgetForm, services.update_line

    @staticmethod
    def guard(document: BudgetLine, actor: Actor) -> Any:
        if sees_all(actor) or centers_of(actor).filter(pk=document.cost_center_id).exists():
            return None
        return _("This cost centre is not yours.")


@menu("work", gettext_lazy("Budget entries"), order=62)
class EntryList(ListPage):
    model, permission, title = BudgetEntry, VIEW, gettext_lazy("Budget entries")
    table, filterset, sheet = tables.EntryTable, filters.EntryFilter, exchange.EntrySheet
    sorts = {"-at": ("-id",), "at": ("id",)}
    empty = (
        gettext_lazy("Nothing is booked yet."),
        gettext_lazy("An approved request reserves money here, an order commits it, a delivery spends it."),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("line__cost_center", "line__category")

    def row_url(self, row: BudgetEntry) -> str | None:
        return None

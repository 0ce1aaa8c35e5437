"""Pages of closed periods and carry-overs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.budget import carrying, closing, filters, forms, tables
from srm.budget.lifecycle import CarryState, ClosingState
from srm.budget.models import CarryOver, ClosedPeriod
from srm.core.actor import Actor
from srm.ui import formats
from srm.ui.menu import menu
from srm.ui.pages import CreatePage, DetailPage, EditPage, ListPage
from srm.ui.panels import panel
from srm.ui.slots import Action
from srm.ui.tables import render_ready

PERIODS, CLOSE = "budget.periods", "budget.close"
SHOWN = 100


@menu("work", gettext_lazy("Closed periods"), order=63)
class ClosingList(ListPage):
    model, permission, title = ClosedPeriod, PERIODS, gettext_lazy("Closed periods")
    table, filterset = tables.ClosingTable, filters.ClosingFilter
    sorts = {"-year": ("-year", "-id"), "year": ("year", "id")}
    create_label = gettext_lazy("Close a period")
    empty = (
        gettext_lazy("No period is closed."),
        gettext_lazy("Nothing is booked into a closed period. What comes late for it counts in the next open one."),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("legal_entity")

    def actions(self) -> list[Action]:
        return [Action("carry", _("Carry-overs"), reverse("budget:carryover-list")), *super().actions()]


class ClosingDetail(DetailPage):
    model, permission = ClosedPeriod, PERIODS
    facts = [
        "legal_entity",
        ("span", gettext_lazy("Period")),
        ("first", gettext_lazy("First day")),
        ("last", gettext_lazy("Last day")),
    ]

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("legal_entity")

    def heading(self) -> Any:
        return f"{self.object.legal_entity}: {self.object.span}"

    def fact_first(self) -> Any:
        return self.day(0)

    def fact_last(self) -> Any:
        return self.day(1)

    def day(self, which: int) -> Any:
        """The first or the last day, written for the reader."""
        return formats.day(self.object.days[which])

    def actions(self) -> list[Action]:
        found = super().actions()
        blocked = any(one.name == "close" and not one.allowed for one in found)
        if self.object.state == ClosingState.OPEN and blocked and self.actor.may(CLOSE):
            address = f"{reverse('budget:carryover-create')}?year={self.object.year}&period={self.object.period}"
            entity = self.object.legal_entity.public_id
            found.append(Action("carry", _("Carry over"), f"{address}&legal_entity={entity}"))
        return found


class ClosingCreate(CreatePage):
    model, permission, title = ClosedPeriod, CLOSE, gettext_lazy("Close a period")
    form, service = forms.PeriodForm, closing.close_period


class CarryList(ListPage):
    model, permission, title = CarryOver, PERIODS, gettext_lazy("Carry-overs")
    table, filterset = tables.CarryTable, filters.CarryFilter
    sorts = {"-created": ("-created_at", "-id"), "-year": ("-year", "-id"), "year": ("year", "id")}
    create_label = gettext_lazy("New carry-over")
    empty = (
        gettext_lazy("Nothing was carried over yet."),
        gettext_lazy("At the end of a year, what is still reserved and ordered goes to the budgets of the next one."),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("legal_entity")


class CarryDetail(DetailPage):
    model, permission = CarryOver, PERIODS
    facts = [
        "legal_entity", ("span", gettext_lazy("Period")), "with_money", ("total", gettext_lazy("Carried")), "line_count",
        "created_by",
    ]  # fmt: skip

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("legal_entity", "created_by")

    def heading(self) -> Any:
        return _("Carry-over of %(period)s") % {"period": self.object.span}

    def warnings(self) -> list[Any]:
        draft = self.object.state == CarryState.DRAFT
        return list(carrying.troubles(self.object, carrying.plan(self.object))) if draft else []

    def actions(self) -> list[Action]:
        found = super().actions()
        if self.object.state == CarryState.DONE and self.actor.may("budget.view"):
            entries = f"{reverse('budget:budgetentry-list')}?document={self.object.number}"
            found.append(Action("entries", _("Entries"), entries))
        return found


class CarryCreate(CreatePage):
    model, permission, title = CarryOver, CLOSE, gettext_lazy("New carry-over")
    form, service = forms.CarryForm, carrying.create_carry


class CarryEdit(EditPage):
    model, permission = CarryOver, CLOSE
    form, service = forms.CarryForm, carrying.update_carry

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("legal_entity")

    @staticmethod
    def guard(document: CarryOver, actor: Actor) -> Any:
        return None if document.state == CarryState.DRAFT else _("Only a draft can be changed.")


@panel(CarryOver, gettext_lazy("What would move"), order=10, permission=PERIODS, place="main")
def preview_panel(document: CarryOver, actor: Actor, request: HttpRequest) -> tuple[str, dict] | None:
    """Budget by budget, as things stand now."""
    if document.state != CarryState.DRAFT:
        return None
    rows = carrying.preview(document)
    table = render_ready(tables.PartTable, rows[:SHOWN], actor, link=None)
    return "srm/budget/_carry.html", {
        "table": table,
        "rows": rows,
        "more": max(0, len(rows) - SHOWN),
        "carry": document,
    }

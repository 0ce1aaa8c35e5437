"""Pages of the firm's working time."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.org import calendars, filters, forms, tables
from srm.org.models import SpecialDay, WorkingWeek
from srm.org.views import MANAGE, VIEW
from srm.ui.links import url_of
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, CreatePage, DetailPage, EditPage, ListPage
from srm.ui.slots import Action


@menu("settings", gettext_lazy("Working time"), order=42)
class WorkingWeekList(ListPage):
    model, permission, title = WorkingWeek, VIEW, gettext_lazy("Working time")
    table, filterset = tables.WorkingWeekTable, filters.WorkingWeekFilter
    sorts = {"id": ("id",), "-id": ("-id",)}
    create_label = gettext_lazy("New working time")
    empty = (
        gettext_lazy("Every firm works from Monday to Friday, 9 to 18."),
        gettext_lazy("Enter other hours here. Decisions are due in working time; public holidays are known."),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("legal_entity")

    def actions(self) -> list[Action]:
        return [Action("days", _("Special days"), reverse("org:specialday-list")), *super().actions()]


class WorkingWeekDetail(DetailPage):
    model, permission = WorkingWeek, VIEW
    facts = ["legal_entity", ("week", gettext_lazy("Working days")),
             ("hours", gettext_lazy("Hours")), "time_zone"]  # fmt: skip

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("legal_entity")

    def fact_week(self) -> str:
        return tables.week_words(self.object)

    def fact_hours(self) -> str:
        return tables.hours_words(self.object)


class WorkingWeekCreate(CreatePage):
    model, permission, title = WorkingWeek, MANAGE, gettext_lazy("New working time")
    form, service = forms.WorkingWeekForm, calendars.create_week


class WorkingWeekEdit(EditPage):
    model, permission = WorkingWeek, MANAGE
    form, service = forms.WorkingWeekForm, calendars.update_week


class SpecialDayList(ListPage):
    model, permission, title = SpecialDay, VIEW, gettext_lazy("Special days")
    table, filterset = tables.SpecialDayTable, filters.SpecialDayFilter
    sorts = {"-day": ("-day", "-id"), "day": ("day", "id")}
    create_label = gettext_lazy("New special day")
    empty = (
        gettext_lazy("No special days yet."),
        gettext_lazy("A Saturday that is worked, a day on which the firm is closed. Public holidays are known."),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("legal_entity")


class SpecialDayDetail(DetailPage):
    model, permission = SpecialDay, VIEW
    facts = ["legal_entity", "day", "works", "name"]

    def actions(self) -> list[Action]:
        if not self.actor.may(MANAGE):
            return super().actions()
        return [*super().actions(), Action("remove", _("Remove"), url_of(self.object, "remove") or "", tone="danger")]


class SpecialDayCreate(CreatePage):
    model, permission, title = SpecialDay, MANAGE, gettext_lazy("New special day")
    form, service = forms.SpecialDayForm, calendars.create_day


class SpecialDayEdit(EditPage):
    model, permission = SpecialDay, MANAGE
    form, service = forms.SpecialDayForm, calendars.update_day


class SpecialDayRemove(ActionPage):
    model, permission, name = SpecialDay, MANAGE, "remove"
    title, submit, tone = gettext_lazy("Remove the special day"), gettext_lazy("Remove"), "danger"
    ask, done = gettext_lazy("It will be a day like any other."), gettext_lazy("Removed.")

    def act(self, form: Any) -> str:
        calendars.remove_day(self.object, actor=self.actor)
        return reverse("org:specialday-list")

"""Pages of absences."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.core import clock
from srm.core.actor import Actor
from srm.org import absences, filters, forms, tables
from srm.org.models import Absence
from srm.ui.links import url_of
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, CreatePage, DetailPage, EditPage, ListPage
from srm.ui.slots import Action

EVERYBODY = "home.view"


@menu("work", gettext_lazy("Absences"), order=70)
class AbsenceList(ListPage):
    """Who is away when: one's own, those one stands in for, or all of the firm's."""

    model, permission, title = Absence, EVERYBODY, gettext_lazy("Absences")
    table, filterset = tables.AbsenceTable, filters.AbsenceFilter
    sorts = {"-starts_on": ("-starts_on", "-id"), "starts_on": ("starts_on", "id")}
    create_label = gettext_lazy("I will be away")
    empty = (
        gettext_lazy("Nobody is away."),
        gettext_lazy("Enter your holidays here: your stand-in sees what waits for you, and decides for you."),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("user", "stand_in")


class AbsenceDetail(DetailPage):
    model, permission = Absence, EVERYBODY
    facts = ["user", "stand_in", "starts_on", "ends_on", "note"]

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("user", "stand_in")

    def warnings(self) -> list[Any]:
        if self.object.withdrawn:
            return [_("It was withdrawn.")]
        return [_("It is over.")] if self.object.ends_on < clock.today() else []

    def edit_action(self) -> Action | None:
        mine = self.object.user_id == self.actor.user_id or self.actor.may("org.manage")
        return super().edit_action() if mine and not self.object.withdrawn else None

    def actions(self) -> list[Action]:
        if absences.may_change(self.object, self.actor):
            return super().actions()
        return [*super().actions(), Action("withdraw", _("Withdraw"), url_of(self.object, "withdraw") or "")]


class AbsenceCreate(CreatePage):
    model, permission, title = Absence, EVERYBODY, gettext_lazy("I will be away")
    form, service = forms.AbsenceForm, absences.create_absence


class AbsenceEdit(EditPage):
    model, permission = Absence, EVERYBODY
    form, service = forms.AbsenceForm, absences.update_absence

    @staticmethod
    def guard(document: Absence, actor: Actor) -> str | None:
        return absences.may_change(document, actor)

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("user", "stand_in")


class AbsenceWithdraw(ActionPage):
    model, permission, name = Absence, EVERYBODY, "withdraw"
    title, submit, done = gettext_lazy("Withdraw the absence"), gettext_lazy("Withdraw"), gettext_lazy("Withdrawn.")
    ask = gettext_lazy("The stand-in decides no more from now on. What was decided stands.")

    def eyebrow(self) -> list[Any]:
        return [self.object]

    def act(self, form: Any) -> Absence:
        return absences.withdraw_absence(self.object, actor=self.actor)

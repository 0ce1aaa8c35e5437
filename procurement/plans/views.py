"""Pages of plans: lists, one plan, writing it, its map, what changed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from procurement.plans import exchange, filters, forms, selectors, services, tables
from procurement.plans.lifecycle import PlanState
from procurement.plans.models import EDIT, VIEW, PlanLine, ProcurementPlan
from srm.core.actor import Actor
from srm.ui import formats
from srm.ui.links import url_of
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, CreatePage, DetailPage, EditPage, ListPage
from srm.ui.slots import Action

SHOWN = 100
PLAN = ("legal_entity", "created_by", "follows")


@menu("sourcing", gettext_lazy("Procurement plans"), order=5)
class PlanList(ListPage):
    model, permission, title = ProcurementPlan, VIEW, gettext_lazy("Procurement plans")
    table, filterset, sheet = tables.PlanTable, filters.PlanFilter, exchange.PlanSheet
    sorts = {"-created": ("-created_at", "-id"), "created": ("created_at", "id")}
    create_label = gettext_lazy("New plan")
    bulk_moves = ("submit", "approve")
    views = [
        ("approved", gettext_lazy("In force"), {"state": "approved"}),
        ("draft", gettext_lazy("Being written"), {"state": "draft"}),
        ("submitted", gettext_lazy("To approve"), {"state": "submitted"}),
    ]
    empty = (
        gettext_lazy("No plans yet."),
        gettext_lazy("Make one for the coming year: it is filled from last year's orders and from open needs."),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related(*PLAN)

    def actions(self) -> list[Action]:
        return [Action("lines", _("All lines"), reverse("plans:planline-list")), *super().actions()]


class PlanDetail(DetailPage):
    model, permission = ProcurementPlan, VIEW
    facts = [
        "legal_entity",
        "year",
        "edition",
        ("total_shown", gettext_lazy("Budget")),
        "line_count",
        "created_by",
        "note",
    ]
    lines = ("lines_shown", tables.PlanLineTable)
    lines_title = gettext_lazy("Lines")

    def queryset(self) -> QuerySet:
        return super().queryset().select_related(*PLAN)

    def heading(self) -> Any:
        return self.object.name

    def fact_year(self) -> str:
        return str(self.object.year)

    def fact_total_shown(self) -> Any:
        return formats.money(self.object.total, self.object.currency)

    def lines_shown(self) -> list[PlanLine]:
        """The first lines; the list of lines has all of them."""
        rows = list(selectors.lines_of(self.object)[:SHOWN])
        for row in rows:
            row.plan = self.object
        return rows

    def warnings(self) -> list[Any]:
        if self.object.line_count > SHOWN:
            return [_("The first %(n)d lines are shown. “All lines” has the rest.") % {"n": SHOWN}]
        if self.object.state == PlanState.DRAFT and not self.object.line_count:
            return [_("It is empty. “Propose” fills it from last year's orders and what is asked for already.")]
        return []

    def actions(self) -> list[Action]:
        """Moves; filling and changing a draft; the map, the lines, the next version."""
        plan, found = self.object, super().actions()
        draft = plan.state == PlanState.DRAFT
        found = [one for one in found if one.name != "edit" or draft]
        ways = [
            Action("map", _("Supply map"), url_of(plan, "map") or ""),
            Action("lines", _("All lines"), f"{reverse('plans:planline-list')}?plan={plan.public_id}"),
        ]
        if self.actor.may(EDIT):
            if draft:
                ways.append(Action("bulk", _("Change many lines"), url_of(plan, "change") or ""))
                ways.append(Action("propose", _("Propose"), url_of(plan, "propose") or ""))
            if draft and self.actor.may("exchange.import"):
                ways.append(Action("import", _("Import"), f"{reverse('exchange:importrun-create')}?kind=plan-lines"))
            if plan.state == PlanState.APPROVED:
                ways.append(Action("revise", _("Next version"), url_of(plan, "revise") or ""))
        return [*ways, *found]


class PlanCreate(CreatePage):
    model, permission, title = ProcurementPlan, EDIT, gettext_lazy("New plan")
    form, service = forms.PlanForm, services.create_plan
    submit = gettext_lazy("Save draft")

    def initial(self) -> dict[str, Any]:
        return {"legal_entity": selectors.home_entity(self.actor), "year": services.next_year(), **super().initial()}


class PlanEdit(EditPage):
    model, permission = ProcurementPlan, EDIT
    form, lines, service = forms.PlanEditForm, forms.PlanLines, services.update_plan

    def queryset(self) -> QuerySet:
        return super().queryset().select_related(*PLAN)

    def heading(self) -> Any:
        return self.object.name

    @staticmethod
    def guard(document: ProcurementPlan, actor: Actor) -> Any:
        if document.state != PlanState.DRAFT:
            return _("Only a draft can be changed. An approved plan gets a next version.")
        if document.line_count > forms.PlanLines.max_lines:
            return _("It has too many lines for one page. Change them in a sheet, or many at once.")
        return None

    def initial_lines(self) -> list[dict[str, Any]]:
        names = list(forms.PlanLineForm.base_fields)
        rows = selectors.lines_of(self.object)
        return [{**{name: getattr(row, name) for name in names}, "id": row.public_id} for row in rows]


class PlanPropose(ActionPage):
    """Fill a draft from what is known."""

    model, permission, name = ProcurementPlan, EDIT, "propose"
    form, title, submit = forms.ProposeForm, gettext_lazy("Propose lines"), gettext_lazy("Propose")
    ask = gettext_lazy(
        "For each category and month the larger of what was ordered a year before and of what is known for this year. "
        "Lines that are there stay as they are."
    )

    def initial(self) -> dict[str, Any]:
        return {}

    def act(self, form: forms.ProposeForm) -> ProcurementPlan:
        made = services.propose(self.object, actor=self.actor, **form.cleaned_data)
        words = ngettext("%(n)d line was proposed.", "%(n)d lines were proposed.", len(made)) % {"n": len(made)}
        messages.success(self.request, words)
        return self.object


class PlanChange(ActionPage):
    """Change many lines of a draft at once."""

    model, permission, name = ProcurementPlan, EDIT, "change"
    form, title, submit = forms.BulkForm, gettext_lazy("Change many lines"), gettext_lazy("Change")

    def initial(self) -> dict[str, Any]:
        return {}

    def act(self, form: forms.BulkForm) -> ProcurementPlan:
        values = {**form.cleaned_data, "shift": form.cleaned_data["shift"] or 0}
        count = services.change_many(self.object, actor=self.actor, **values)
        words = ngettext("%(n)d line was changed.", "%(n)d lines were changed.", count) % {"n": count}
        messages.success(self.request, words)
        return self.object


class PlanRevise(ActionPage):
    """Begin the next version."""

    model, permission, name = ProcurementPlan, EDIT, "revise"
    form, title, submit = None, gettext_lazy("Next version"), gettext_lazy("Begin the next version")
    ask = gettext_lazy("It begins as a copy. This version holds until the next one is approved.")
    done = gettext_lazy("Change what is to change, then submit it.")

    def act(self, form: Any) -> ProcurementPlan:
        return services.revise(self.object, actor=self.actor)


class PlanLineList(ListPage):
    """Lines of all plans, to be filtered and taken to Excel."""

    model, permission, title = PlanLine, VIEW, gettext_lazy("Plan lines")
    table, filterset, sheet = tables.AnyPlanLineTable, filters.PlanLineFilter, exchange.PlanLineSheet
    sorts = {
        "month": ("month", "id"), "-month": ("-month", "-id"), "amount": ("amount", "id"), "-amount": ("-amount", "-id"),
    }  # fmt: skip
    views = [
        ("current", gettext_lazy("In force"), {"current": "on"}),
        ("nobody", gettext_lazy("Without a buyer"), {"nobody": "on"}),
    ]
    empty = (gettext_lazy("No lines."), gettext_lazy("Make a plan, or take a filter off."))

    def queryset(self) -> QuerySet:
        rows = super().queryset()
        return rows.select_related("plan__legal_entity", "category", "item", "unit", "buyer", "department")

    def row_url(self, row: PlanLine) -> str | None:
        return url_of(row.plan)

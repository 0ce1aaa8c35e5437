"""Pages of templates and recurrences."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.patterns import filters, forms, services, tables
from procurement.patterns.models import CREATE, Recurrence, RecurrenceRun, RequestTemplate
from procurement.requests.models import PurchaseRequest
from procurement.requests.views import RequestCreate, home_of
from srm.core.actor import Actor
from srm.core.errors import Missing
from srm.ui import formats
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, CreatePage, DetailPage, EditPage, ListPage
from srm.ui.panels import panel
from srm.ui.slots import Action, provides
from srm.ui.tables import render_ready

LATEST = 24


@menu("work", gettext_lazy("Request templates"), order=21)
class TemplateList(ListPage):
    model, permission, title = RequestTemplate, CREATE, gettext_lazy("Request templates")
    table, filterset = tables.TemplateTable, filters.TemplateFilter
    sorts = {"name": ("name", "id"), "-name": ("-name", "-id")}
    views = [("mine", gettext_lazy("Mine"), {"mine": "1"}), ("shared", gettext_lazy("Shared"), {"shared": "1"})]
    create_label = gettext_lazy("New template")
    empty = (
        gettext_lazy("No templates yet."),
        gettext_lazy("Keep what you ask for often under a name, and share it with your department."),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("department", "owner")


class TemplateDetail(DetailPage):
    model, permission = RequestTemplate, CREATE
    facts = ["title", "department", "owner", "is_shared", "lead_days", "place", "cost_center", "note"]
    lines = ("lines_shown", tables.TemplateLineTable)
    lines_title = gettext_lazy("Lines")

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("department", "owner", "place", "cost_center")

    def heading(self) -> Any:
        return self.object.name

    def lines_shown(self) -> Any:
        return self.object.lines.select_related("item", "unit")

    def actions(self) -> list[Action]:
        """Asking by it first."""
        key = self.object.public_id
        mine = services.not_mine(self.object, self.actor) is None
        found = [one for one in super().actions() if one.allowed or mine]
        if mine:
            found.append(Action("remove", _("Delete"), reverse("patterns:requesttemplate-remove", args=[key])))
        found.append(Action("repeat", _("Repeat regularly"), reverse("patterns:requesttemplate-repeat", args=[key])))
        use = reverse("patterns:purchaserequest-from", args=[key])
        return [*found, Action("use", _("New request by it"), use, tone="primary", key="n")]


class TemplateCreate(CreatePage):
    model, permission, title = RequestTemplate, CREATE, gettext_lazy("New template")
    form, lines, service = forms.TemplateForm, forms.TemplateLines, services.create_template

    def initial(self) -> dict[str, Any]:
        return {**home_of(self.actor), **super().initial()}


class TemplateEdit(EditPage):
    model, permission = RequestTemplate, CREATE
    form, lines, service = forms.TemplateForm, forms.TemplateLines, services.update_template

    @staticmethod
    def guard(document: Any, actor: Actor) -> Any:
        return services.not_mine(document, actor)

    def initial_lines(self) -> list[dict[str, Any]]:
        rows = self.object.lines.select_related("item", "unit", "category")
        return [{name: getattr(row, name) for name in services.LINE_FIELDS} | {"id": row.public_id} for row in rows]


class TemplateRemove(ActionPage):
    model, permission, name = RequestTemplate, CREATE, "remove"
    title, submit, tone = gettext_lazy("Delete the template"), gettext_lazy("Delete"), "danger"
    ask, done = gettext_lazy("Requests that were made by it stay."), gettext_lazy("Deleted.")

    def act(self, form: Any) -> Any:
        services.remove_template(self.object, actor=self.actor)
        return reverse("patterns:requesttemplate-list")


class KeepAsTemplate(ActionPage):
    """A request's lines, kept under a name."""

    model, permission, name = PurchaseRequest, CREATE, "keep"
    form = forms.KeepForm
    title, submit, done = gettext_lazy("Keep as a template"), gettext_lazy("Keep"), gettext_lazy("Kept.")
    ask = gettext_lazy("Its lines can then be asked for again in a few seconds, without dates.")

    def initial(self) -> dict[str, Any]:
        return {"name": self.object.title[:100]}

    def act(self, form: Any) -> Any:
        return services.template_of(self.object, actor=self.actor, **form.cleaned_data)


class FromTemplate(RequestCreate):
    """A new request, filled in by a template; nothing is written before it is saved."""

    name, route = "from", "<str:template>/request/"

    @cached_property
    def source(self) -> RequestTemplate:
        """The template of the address."""
        rows = RequestTemplate.objects.visible_to(self.actor).select_related(
            "department__place", "place", "cost_center"
        )
        found = rows.filter(public_id=self.kwargs["template"]).first()
        if found is None:
            raise Missing()
        return found

    @classmethod
    def url_name(cls) -> str:
        return f"{cls.room}:purchaserequest-{cls.name}"

    def eyebrow(self) -> list[Any]:
        return [_("By the template “%(name)s”") % {"name": self.source.name}]

    def initial(self) -> dict[str, Any]:
        source = self.source
        return {
            **super().initial(), "title": source.title, "department": source.department, "note": source.note,
            "place": source.place or source.department.place, "cost_center": source.cost_center,
        }  # fmt: skip

    def initial_lines(self) -> list[dict[str, Any]]:
        return services.wanted_lines(self.source)


@provides("actions")
def keep_action(document: Any, actor: Actor) -> list[Action]:
    """On a request's page: keep it as a template."""
    if not isinstance(document, PurchaseRequest) or not actor.may(CREATE):
        return []
    address = reverse("patterns:purchaserequest-keep", args=[document.public_id])
    return [Action("keep", _("Keep as a template"), address)]


# ------------------------------------------------------------------------------------------------- recurrences


@menu("work", gettext_lazy("Recurring requests"), order=22)
class RecurrenceList(ListPage):
    model, permission, title = Recurrence, CREATE, gettext_lazy("Recurring requests")
    table, filterset = tables.RecurrenceTable, filters.RecurrenceFilter
    sorts = {"next_on": ("next_on", "id"), "-next_on": ("-next_on", "-id")}
    views = [("mine", gettext_lazy("Mine"), {"mine": "1"})]
    bulk_moves = ("pause", "resume")
    empty = (
        gettext_lazy("Nothing recurs yet."),
        gettext_lazy("Open a template and choose “Repeat regularly”: it asks every month or quarter by itself."),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("template", "owner")


class RecurrenceDetail(DetailPage):
    model, permission = Recurrence, CREATE
    facts = ["template", "owner", "every", "day", "next_on", "ends_on", "submit_at_once"]

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("template", "owner")

    def warnings(self) -> list[Any]:
        return [self.object.trouble] if self.object.trouble else []

    def fact_next_on(self) -> Any:
        running = self.object.state == "running" and self.object.next_on
        return formats.day(self.object.next_on) if running else ""


@panel(Recurrence, gettext_lazy("What it asked for"), order=10, permission=CREATE, place="main")
def runs_panel(document: Recurrence, actor: Actor, request: HttpRequest) -> tuple[str, dict] | None:
    """Its latest requests, as far as the reader may see them."""
    rows = RecurrenceRun.objects.visible_to(actor).filter(recurrence=document).select_related("request")
    known = set(
        PurchaseRequest.objects.visible_to(actor).filter(pk__in=rows.values("request")).values_list("pk", flat=True)
    )
    found = [row for row in rows[:LATEST] if row.request_id in known]
    return (
        ("srm/catalog/_rows.html", {"table": render_ready(tables.RunTable, found, actor, link=None)}) if found else None
    )


class Repeat(ActionPage):
    """A recurrence by a template."""

    model, permission, name = RequestTemplate, CREATE, "repeat"
    form = forms.NewRecurrenceForm
    title, submit = gettext_lazy("Repeat regularly"), gettext_lazy("Start")
    done = gettext_lazy("It will ask by itself from now on.")
    ask = gettext_lazy("It asks in your name and with your rights. You are told each time.")

    def initial(self) -> dict[str, Any]:
        return {}

    def act(self, form: Any) -> Any:
        return services.create_recurrence(actor=self.actor, template=self.object, **form.cleaned_data)


class RecurrenceEdit(EditPage):
    model, permission = Recurrence, CREATE
    form, service = forms.RecurrenceForm, services.update_recurrence

    @staticmethod
    def guard(document: Any, actor: Actor) -> Any:
        return services.why_not_editable(document, actor)

"""A document's page: what it is, what comes next, who did what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.functional import cached_property
from django.utils.html import format_html, linebreaks, urlize
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from srm.ui import formats, tables
from srm.ui.links import url_of
from srm.ui.pages.base import Page
from srm.ui.panels import Panel, panels_of
from srm.ui.slots import Action, Entry, Step, gather

LATEST = 6
HISTORY = 200


@dataclass(frozen=True)
class Tab:
    """One tab of a document."""

    key: str
    label: Any
    count: int | None
    active: bool


class DetailPage(Page):
    """The page of one object: see srm.ui for what a room declares."""

    abstract = True
    kind = "detail"
    loads_object = True
    template = "ui/detail.html"
    overview_template = "ui/_overview.html"
    facts: Sequence[Any] = ()
    lines: tuple[str, type[tables.Table]] | None = None
    lines_title: Any = ""

    @classmethod
    def default_route(cls) -> str:
        return "<str:public_id>/"

    # -- head --------------------------------------------------------------

    def heading(self) -> Any:
        return getattr(self.object, "title", "") or str(self.object)

    def eyebrow(self) -> list[Any]:
        """Number and kind of document."""
        number = getattr(self.object, "number", "")
        words = [number] if number and str(number) != str(self.heading()) else []
        return [*words, capfirst(str(self.object._meta.verbose_name))]

    def quadrant(self) -> str:
        """Its place in the matrix, if it has one."""
        return ""

    def state(self) -> str:
        """Its state as dot and word, if it has one."""
        return tables.state_html(self.object) if getattr(self.object, "state", None) else ""

    def actions(self) -> list[Action]:
        """Buttons at the top right: the moves, then Edit."""
        edit = self.edit_action()
        return [*gather("actions", self.object, self.actor), *([edit] if edit else [])]

    def edit_action(self) -> Action | None:
        """Edit, for those who may; grey with the reason while the page's guard refuses."""
        page = Page.registered.get((type(self.object), "edit"))
        if page is None or not self.actor.may(page.permission):
            return None
        reason = page.guard(self.object, self.actor)  # type: ignore[attr-defined]
        return Action("edit", _("Edit"), url_of(self.object, "edit") or "", allowed=not reason,
                      reasons=[reason] if reason else [], key="e")  # fmt: skip

    def warnings(self) -> list[Any]:
        """Sentences above the tabs: what the reader should know before he acts."""
        return []

    def steps(self) -> list[Step]:
        """Stages of the document's life."""
        return list(gather("stepper", self.object, self.actor))

    # -- body --------------------------------------------------------------

    def fact_rows(self) -> list[tuple[str, str]]:
        """(label, value) of the declared facts that have a value."""
        found = []
        for fact in self.facts:
            name, label = fact if isinstance(fact, tuple) else (fact, None)
            own = getattr(self, f"fact_{name.replace('.', '_')}", None)
            value = own() if own else show_value(self.object, name)
            if value not in (None, ""):
                found.append((str(label or _label_of(type(self.object), name)), value))
        return found

    def line_table(self) -> tables.Rendered | None:
        """The lines as a table."""
        if self.lines is None:
            return None
        name, table = self.lines
        source = getattr(self, name, None) or getattr(self.object, name)
        rows = source() if callable(source) and not hasattr(source, "all") else source.all()
        return tables.Rendered(table, list(rows), actor=self.actor)

    @cached_property
    def panels(self) -> list[Panel]:
        return panels_of(self.object, self.actor)

    def cards(self, place: str) -> list[tuple[Any, str]]:
        """(title, html) of the panels that sit on the overview."""
        return [(one.title, html) for one in self.panels if one.place == place and (html := self.render_panel(one))]

    def render_panel(self, one: Panel) -> str:
        """The html of a panel, empty when it has nothing to show."""
        content = one.render(self.object, self.actor, self.request)
        if not content:
            return ""
        template, context = content
        base = {"document": self.object, "object": self.object, "actor": self.actor, "page": self}
        return render_to_string(template, {**base, **context}, self.request)

    def history(self, limit: int) -> list[Entry]:
        """The latest sentences of the history."""
        return list(gather("history", self.object, self.actor, limit))

    @cached_property
    def tab(self) -> str:
        asked = self.request.GET.get("tab", "")
        known = {one.key for one in self.panels if one.place == "tab"} | {"history"}
        return asked if asked in known else "overview"

    def tabs(self) -> list[Tab]:
        found = [Tab("overview", _("Overview"), None, self.tab == "overview")]
        for one in self.panels:
            if one.place == "tab":
                count = one.count(self.object, self.actor) if one.count else None
                found.append(Tab(one.key, one.title, count, self.tab == one.key))
        found.append(Tab("history", _("History"), None, self.tab == "history"))
        return found

    def context(self) -> dict[str, Any]:
        return {
            **super().context(), "document": self.object, "actions": self.actions(), "steps": self.steps(),
            "warnings": self.warnings(), "tabs": self.tabs(), "tab": self.tab, **self.tab_context(),
        }  # fmt: skip

    def tab_context(self) -> dict[str, Any]:
        """What the open tab shows; only that is computed."""
        if self.tab == "history":
            return {"history": self.history(HISTORY)}
        if self.tab != "overview":
            one = next(one for one in self.panels if one.key == self.tab)
            return {"panel_title": one.title, "panel_html": self.render_panel(one)}
        return {
            "facts": self.fact_rows(), "lines": self.line_table(), "main_cards": self.cards("main"),
            "side_cards": self.cards("side"), "history": self.history(LATEST),
        }  # fmt: skip

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if getattr(request, "htmx", None) and request.htmx.target == "document":  # type: ignore[attr-defined]
            return render(request, "ui/_document.html", self.context())
        return self.show()


def show_value(document: Any, name: str) -> Any:
    """A fact in the reader's words: dates, numbers, choices, links to other documents."""
    value = tables.look_up(document, name)
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, models.Model):
        address = url_of(value)
        return format_html('<a href="{}">{}</a>', address, value) if address else str(value)
    if isinstance(value, models.Manager | models.QuerySet):
        return ", ".join(str(one) for one in value.all())
    if hasattr(document, f"get_{name}_display"):
        return getattr(document, f"get_{name}_display")()
    return _plain_value(document, name, value)


def _plain_value(document: Any, name: str, value: Any) -> Any:
    if hasattr(value, "hour"):
        return formats.moment(value)
    if hasattr(value, "year"):
        return formats.day(value)
    if isinstance(value, Decimal):
        field = _field_of(type(document), name)
        if field is not None and getattr(field, "decimal_places", 4) == 2:
            return formats.money(value, getattr(document, "currency", ""))
        return formats.number(value)
    if isinstance(value, str) and "\n" in value:
        return mark_safe(linebreaks(urlize(value, nofollow=True, autoescape=True), autoescape=False))
    return value


def _field_of(model: type[models.Model], name: str) -> Any:
    try:
        return model._meta.get_field(name.replace(".", "__").split("__")[0]) if "." not in name else None
    except FieldDoesNotExist:
        return None


def _label_of(model: type[models.Model], name: str) -> str:
    field = _field_of(model, name.split(".")[0])
    return capfirst(str(getattr(field, "verbose_name", name.replace("_", " "))))

"""The supply map and the comparison of versions, as pages."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.dates import MONTHS, MONTHS_3
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.plans import figures, selectors
from procurement.plans.models import VIEW, PlanLine, ProcurementPlan
from procurement.plans.views import PLAN
from srm.catalog.policy.procedures import label_of
from srm.core.errors import Missing
from srm.ui import formats
from srm.ui.links import url_of
from srm.ui.pages import Page
from srm.ui.slots import Action

SHOW = {"amount": gettext_lazy("Amount"), "lines": gettext_lazy("Lines")}
OF = {"plan": gettext_lazy("Plan"), "fact": gettext_lazy("Ordered")}
FACT = "orders.view"


class _OfPlan(Page):
    """A page beside a plan's own."""

    abstract = True
    model: Any = ProcurementPlan
    loads_object = True

    def queryset(self) -> Any:
        return super().queryset().select_related(*PLAN)

    def eyebrow(self) -> list[Any]:
        return [self.object.number, self.object.name] if self.object.number else [self.object.name]

    def actions(self) -> list[Action]:
        """Back to the plan."""
        return [Action("plan", _("The plan"), url_of(self.object) or "")]

    def context(self) -> dict[str, Any]:
        return {**super().context(), "plan": self.object, "actions": self.actions()}


class PlanMap(_OfPlan):
    """Categories by months, darker where there is more."""

    permission, name, title = VIEW, "map", gettext_lazy("Supply map")
    template = "procurement/plans/map.html"

    def chosen(self, name: str, offered: dict[str, Any]) -> str:
        """What the address asks for, else the first there is."""
        asked = self.request.GET.get(name, "")
        return asked if asked in offered else next(iter(offered))

    @cached_property
    def offered(self) -> dict[str, Any]:
        """Plan, and fact for those who may see orders."""
        return OF if self.actor.may(FACT) else {"plan": OF["plan"]}

    def context(self) -> dict[str, Any]:
        show, of = self.chosen("show", SHOW), self.chosen("of", self.offered)
        amounts, lines = selectors.planned(self.object) if of == "plan" else selectors.fact(self.object)
        values = amounts if show == "amount" else lines
        categories = selectors.categories_of(values)
        drawn = figures.supply_map(values, [one.pk for one in categories])
        named = {one.pk: one for one in categories}
        return {
            **super().context(), "rows": [self._row(row, named[row.category], show, of) for row in drawn.rows],
            "months": [(str(MONTHS[no]), _short(no), _shown(drawn.months[no - 1], show)) for no in figures.MONTHS],
            "total": _shown(drawn.total, show), "show": show, "of": of, "drawn": drawn,
            "shows": self._switch("show", SHOW, show, {"of": of}),
            "ofs": self._switch("of", self.offered, of, {"show": show}) if len(self.offered) > 1 else [],
        }  # fmt: skip

    def _switch(
        self, name: str, offered: dict[str, Any], now: str, rest: dict[str, str]
    ) -> list[tuple[str, Any, bool]]:
        return [(urlencode({name: key, **rest}), label, key == now) for key, label in offered.items()]

    def _row(self, row: figures.Row, category: Any, show: str, of: str) -> dict[str, Any]:
        lines = f"{reverse('plans:planline-list')}?plan={self.object.public_id}&category={category.public_id}"
        cells = [
            {"text": _shown(cell.value, show), "shade": cell.shade, "month": _short(cell.month),
             "url": f"{lines}&month={cell.month}" if of == "plan" and cell.value else ""}
            for cell in row.cells
        ]  # fmt: skip
        return {"category": category, "cells": cells, "total": _shown(row.total, show)}


def _short(no: int) -> str:
    """A month's short name as a heading."""
    return str(MONTHS_3[no]).capitalize()


def _shown(value: Any, show: str) -> str:
    """Whole units of currency: a map is looked at, not added up."""
    return formats.number(value, 0) if value else ""


class PlanCompare(_OfPlan):
    """What changed from one version to another."""

    permission, name, title = VIEW, "changes", gettext_lazy("What changed")
    template = "procurement/plans/changes.html"

    @cached_property
    def editions(self) -> list[ProcurementPlan]:
        """All versions of the year that the reader sees."""
        return list(selectors.editions_of(self.object))

    def before(self) -> ProcurementPlan | None:
        """The version named in the address, else the one this version follows."""
        asked = self.request.GET.get("from", "")
        if asked:
            found = next((one for one in self.editions if one.public_id == asked), None)
            if found is None:
                raise Missing()
            return found
        return next((one for one in self.editions if one.pk == self.object.follows_id), None)

    def context(self) -> dict[str, Any]:
        before = self.before()
        found = selectors.differences(before, self.object) if before is not None else None
        return {
            **super().context(), "before": before, "editions": [one for one in self.editions if one.pk != self.object.pk],
            "found": found, "added": [_line(values) for _key, values in found.added] if found else [],
            "dropped": [_line(values) for _key, values in found.dropped] if found else [],
            "changed": [_changed(one) for one in found.changed] if found else [], "currency": self.object.currency,
            "difference": self.object.total - before.total if before is not None else None,
        }  # fmt: skip


def _line(values: Any) -> dict[str, Any]:
    return {
        "what": str(values["item"] or values["category"]), "month": MONTHS[values["month"]], "amount": values["amount"],
        "why": values["justification"],
    }  # fmt: skip


def _changed(one: Any) -> dict[str, Any]:
    labels = {field.name: field.verbose_name for field in PlanLine._meta.concrete_fields}
    fields = [(labels[name], in_words(name, old), in_words(name, new)) for name, (old, new) in one.fields.items()]
    return {**_line(one.after), "fields": fields}


def in_words(name: str, value: Any) -> str:
    """A value of a line as people read it; a dash for nothing."""
    if value in (None, ""):
        return "–"
    if name == "month":
        return str(MONTHS[value])
    if name == "amount":
        return formats.number(value, 2)
    if name == "procedure":
        return label_of(value)
    return formats.number(value) if name == "quantity" else str(value)

"""Plans as sheets: lines go out, are changed, and come back into the draft."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy

from procurement.plans import services
from procurement.plans.lifecycle import PlanState
from procurement.plans.models import EDIT, PlanLine, ProcurementPlan
from srm.catalog.exchange import find_categories, find_people, find_units
from srm.catalog.models import Item
from srm.catalog.policy.procedures import label_of, procedures
from srm.core.actor import Actor
from srm.exchange.columns import Col
from srm.exchange.importer import SheetKind, import_kind
from srm.exchange.sheets import Sheet
from srm.people.models import Department


def drafts_by_key(keys: set[str], actor: Actor) -> Mapping[str, ProcurementPlan]:
    """Drafts by entity and year: "QD-2027"."""
    rows = ProcurementPlan.objects.visible_to(actor).filter(state=PlanState.DRAFT).select_related("legal_entity")
    return {row.key: row for row in rows if row.key in keys}


def items_by_article(articles: set[str], actor: Actor) -> Mapping[str, Item]:
    """Items by their article."""
    rows = Item.objects.visible_to(actor).filter(article__in=articles)
    return {row.article: row for row in rows.select_related("category", "base_unit")}


def departments_by_code(codes: set[str], actor: Actor) -> Mapping[str, Department]:
    """Departments by their code."""
    return {row.code: row for row in Department.objects.visible_to(actor).filter(code__in=codes)}


class PlanSheet(Sheet):
    """What the list of plans gives away."""

    model = ProcurementPlan
    columns = [
        Col("number", way="out"),
        Col("legal_entity", source="legal_entity.code", way="out"),
        Col("year", kind="whole", way="out"),
        Col("edition", kind="whole", way="out"),
        Col("line_count", kind="whole", way="out"),
        Col("total", kind="amount", way="out"),
        Col("currency", way="out"),
        Col("state", kind="choice", way="out"),
    ]


class PlanLineSheet(Sheet):
    """Lines of plans as they are read back."""

    model = PlanLine
    columns = [
        Col("plan", kind="ref", source="plan.key", find=drafts_by_key, required=True,
            help=gettext_lazy("Legal entity and year of the draft, like QD-2027.")),
        Col("id", gettext_lazy("Line"), source="public_id", max_length=22,
            help=gettext_lazy("Leave it as it is; empty for a new line.")),
        Col("category", kind="ref", source="category.code", find=find_categories, required=True),
        Col("category_name", gettext_lazy("Category name"), source="category.name", way="out"),
        Col("item", gettext_lazy("Article"), kind="ref", source="item.article", find=items_by_article),
        Col("month", kind="whole", required=True, help=gettext_lazy("1 to 12.")),
        Col("month_name", gettext_lazy("Name of the month"), source=lambda row: str(MONTHS[row.month]), way="out"),
        Col("amount", kind="amount"),
        Col("currency", gettext_lazy("Currency"), source="plan.currency", way="out"),
        Col("quantity", kind="quantity"),
        Col("unit", gettext_lazy("Unit code"), kind="ref", source="unit.code", find=find_units),
        Col("procedure", kind="choice", choices=procedures, source=lambda row: label_of(row.procedure)),
        Col("buyer", kind="ref", source="buyer.email", find=find_people),
        Col("department", kind="ref", source="department.code", find=departments_by_code),
        Col("justification", max_length=300),
    ]  # fmt: skip
    joins = ("plan__legal_entity",)


@import_kind
class PlanLineImport(SheetKind):
    """Lines into the draft of their year: those with an id are changed, others are added, none is dropped."""

    name, permission, sheet = "plan-lines", EDIT, PlanLineSheet
    hint = gettext_lazy(
        "Lines go into the draft of their year. Known lines are changed, others added, none is dropped."
    )

    def save(self, values: Mapping[str, Any], *, actor: Actor) -> None:
        """Write one line by the service."""
        given = {name: value for name, value in values.items() if name != "plan"}
        services.save_line(values["plan"], actor=actor, values={**given, "source": PlanLine.Source.SHEET})

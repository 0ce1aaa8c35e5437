"""Budgets as sheets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from srm.budget import services
from srm.budget.models import BudgetChange, BudgetEntry, BudgetLine, Period
from srm.catalog.models import Category
from srm.core.actor import Actor
from srm.exchange.columns import Col
from srm.exchange.importer import SheetKind, import_kind
from srm.exchange.sheets import Sheet
from srm.people.models import CostCenter


def centers_by_code(codes: set[str], actor: Actor) -> Mapping[str, CostCenter]:
    """Cost centres by their codes, in one query."""
    rows = CostCenter.objects.filter(code__in=codes, is_active=True)
    return {one.code: one for one in rows.select_related("department__legal_entity")}


def categories_by_code(codes: set[str], actor: Actor) -> Mapping[str, Category]:
    """Categories by their codes, in one query."""
    return {one.code: one for one in Category.objects.filter(code__in=codes)}


class BudgetSheet(Sheet):
    """What may be spent, and what is spoken for."""

    model = BudgetLine
    columns = [
        Col("cost_center", kind="ref", source="cost_center.code", find=centers_by_code, required=True),
        Col("cost_center_name", _("Name"), source="cost_center.name", way="out"),
        Col("category", kind="ref", source="category.code", find=categories_by_code),
        Col("category_name", _("Category name"), source="category.name", way="out"),
        Col("year", kind="whole", required=True),
        Col("period", kind="choice"),
        Col("amount", kind="amount", required=True),
        Col("reserved", kind="amount", way="out"),
        Col("committed", kind="amount", way="out"),
        Col("spent", kind="amount", way="out"),
        Col("left", _("Left"), kind="amount", source="left", way="out"),
        Col("currency", way="out"),
        Col("policy", _("When it is used up"), source="cost_center.get_budget_policy_display", way="out"),
    ]


@import_kind
class BudgetImport(SheetKind):
    """Budgets from a sheet: new ones are made, those that are there get the amount of the sheet."""

    name, permission, sheet = "budgets", "budget.edit", BudgetSheet

    def save(self, values: Mapping[str, Any], *, actor: Actor) -> None:
        """Make or change one budget by the service."""
        place = {name: values[name] for name in ("cost_center", "category", "year")}
        place["period"] = values["period"] or Period.YEAR
        known = BudgetLine.objects.visible_to(actor).filter(**place).first()
        if known is None:
            services.create_line(actor=actor, amount=values["amount"], **place)
        else:
            services.update_line(known, actor=actor, amount=values["amount"])


class EntrySheet(Sheet):
    """Every amount, with the document behind it."""

    model = BudgetEntry
    columns = [
        Col("at", kind="moment", way="out"),
        Col("cost_center", _("Cost centre"), source="line.cost_center.code", way="out"),
        Col("category", _("Category"), source="line.category.code", way="out"),
        Col("period", _("Period"), source="line.span", way="out"),
        Col("bucket", kind="choice", way="out"),
        Col("amount", kind="amount", way="out"),
        Col("currency", _("Currency"), source="line.currency", way="out"),
        Col("document_number", way="out"),
        Col("late_for", kind="date", way="out"),
    ]


class ChangeSheet(Sheet):
    """Transfers, new money and cuts."""

    model = BudgetChange
    columns = [
        Col("number", way="out"),
        Col("kind", _("Kind"), source="kind_label", way="out"),
        Col("giver", _("From budget"), source="giver", way="out"),
        Col("receiver", _("To budget"), source="receiver", way="out"),
        Col("amount", kind="amount", way="out"),
        Col("currency", _("Currency"), way="out"),
        Col("reason", way="out"),
        Col("created_by", source="created_by.name", way="out"),
        Col("created_at", kind="moment", way="out"),
        Col("state", kind="choice", way="out"),
    ]

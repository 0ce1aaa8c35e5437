"""Budgets as sheets."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from srm.budget.models import BudgetEntry, BudgetLine
from srm.exchange.columns import Col
from srm.exchange.sheets import Sheet


class BudgetSheet(Sheet):
    """What may be spent, and what is spoken for."""

    model = BudgetLine
    columns = [
        Col("cost_center", source="cost_center.code"),
        Col("cost_center_name", _("Name"), source="cost_center.name", way="out"),
        Col("category", source="category.code"),
        Col("category_name", _("Category name"), source="category.name", way="out"),
        Col("year", kind="whole"),
        Col("amount", kind="amount"),
        Col("reserved", kind="amount", way="out"),
        Col("committed", kind="amount", way="out"),
        Col("spent", kind="amount", way="out"),
        Col("left", _("Left"), kind="amount", source="left", way="out"),
        Col("currency"),
        Col("policy", kind="choice"),
    ]


class EntrySheet(Sheet):
    """Every amount, with the document behind it."""

    model = BudgetEntry
    columns = [
        Col("at", kind="moment", way="out"),
        Col("cost_center", _("Cost centre"), source="line.cost_center.code", way="out"),
        Col("category", _("Category"), source="line.category.code", way="out"),
        Col("year", _("Year"), kind="whole", source="line.year", way="out"),
        Col("bucket", kind="choice", way="out"),
        Col("amount", kind="amount", way="out"),
        Col("currency", _("Currency"), source="line.currency", way="out"),
        Col("document_number", way="out"),
    ]

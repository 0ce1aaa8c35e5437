"""Policies and overrides as sheets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from srm.catalog.exchange import find_categories
from srm.catalog.policy import services
from srm.catalog.policy.models import EDIT, CategoryPolicy, PolicyOverride
from srm.catalog.policy.procedures import label_of, procedures
from srm.catalog.policy.rules import RULES
from srm.catalog.policy.selectors import LABELS, newest, shown
from srm.core.actor import Actor
from srm.exchange.columns import Col
from srm.exchange.importer import SheetKind, import_kind
from srm.exchange.sheets import Sheet

YES_NO = [("yes", _("yes")), ("no", _("no"))]


def _second(row: CategoryPolicy) -> str:
    return "" if row.dual_source is None else shown("dual_source", row.dual_source)


class PolicySheet(Sheet):
    """Policies as they are read back."""

    model = CategoryPolicy
    columns = [
        Col("category", _("Category code"), kind="ref", source="category.code", find=find_categories, required=True),
        Col("category_name", _("Category"), source="category.name", way="out"),
        Col("edition", kind="whole", way="out"),
        Col("valid_from", kind="date", help=_("From today on; today when it is empty.")),
        Col("procedure", kind="choice", choices=procedures, source=lambda row: label_of(row.procedure)),
        Col("min_bidders", kind="whole"),
        Col("price_weight", kind="decimal"),
        Col("quality_weight", kind="decimal"),
        Col("dual_source", kind="choice", choices=YES_NO, source=_second),
        Col("contract_months", kind="whole"),
        Col("cover_days", kind="whole"),
        Col("approval_note", max_length=300),
        Col("review_months", kind="whole"),
        Col("reason", max_length=300),
        Col("review_on", kind="date", way="out"),
        Col("created_by", source="created_by.name", way="out"),
    ]


@import_kind
class PolicyImport(SheetKind):
    """Policies of categories, a line each: what differs from the newest version becomes the next one."""

    name, permission, sheet = "policies", EDIT, PolicySheet
    hint = _("A line that says something new becomes the next version. An empty cell is taken from the category above.")

    def save(self, values: Mapping[str, Any], *, actor: Actor) -> None:
        """Write one line, unless the policy says all of it already."""
        category = values["category"]
        rules: dict[str, Any] = {rule: values.get(rule) for rule in RULES}
        if rules["dual_source"] is not None:
            rules["dual_source"] = rules["dual_source"] == "yes"
        last = newest(category)
        if last is not None and all(_same(getattr(last, rule), value) for rule, value in rules.items()):
            return
        services.write_policy(
            actor=actor, category=category, valid_from=values.get("valid_from") if last is None else None,
            reason=values.get("reason") or "", **rules,
        )  # fmt: skip


def _same(before: Any, after: Any) -> bool:
    return (before or None) == (after or None) and (before is False) == (after is False)


class OverrideSheet(Sheet):
    """What was let past policies."""

    model = PolicyOverride
    columns = [
        Col("created_at", kind="moment", way="out"),
        Col("document_number", way="out"),
        Col("category", _("Category"), source="policy.category.name", way="out"),
        Col("rule", source=lambda row: str(LABELS.get(row.rule, row.rule)), way="out"),
        Col("wanted", source=lambda row: shown(row.rule, row.wanted), way="out"),
        Col("done", source=lambda row: shown(row.rule, row.done), way="out"),
        Col("reason", way="out"),
        Col("created_by", source="created_by.name", way="out"),
    ]
    joins = ("policy__category",)

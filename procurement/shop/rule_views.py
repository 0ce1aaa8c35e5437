"""Pages of the rule by which a firm orders from the shop by itself."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from procurement.shop import filters, forms, rules, tables
from procurement.shop.models import RULES, ShopRule
from srm.ui import formats
from srm.ui.menu import menu
from srm.ui.pages import CreatePage, DetailPage, EditPage, ListPage

SHOWN = ("legal_entity", "buyer")


@menu("settings", gettext_lazy("Orders of the shop"), order=62)
class RuleList(ListPage):
    model, permission, title = ShopRule, RULES, gettext_lazy("Orders of the shop")
    table, filterset = tables.RuleTable, filters.RuleFilter
    sorts = {"entity": ("legal_entity__code", "id"), "-entity": ("-legal_entity__code", "-id")}
    empty = (
        gettext_lazy("No firm orders by itself yet."),
        gettext_lazy(
            "With a rule, approved lines chosen in the shop are ordered without a buyer, if their category is "
            "non-critical on the matrix."
        ),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related(*SHOWN)


class RuleDetail(DetailPage):
    model, permission = ShopRule, RULES
    facts = [
        "legal_entity",
        "is_on",
        ("most", gettext_lazy("At most an order")),
        "sends",
        ("answers", gettext_lazy("Buyer")),
    ]

    def queryset(self) -> QuerySet:
        return super().queryset().select_related(*SHOWN)

    def fact_most(self) -> str:
        row = self.object
        return "" if row.most_amount is None else formats.money(row.most_amount, row.legal_entity.currency)

    def fact_answers(self) -> Any:
        return self.object.buyer.name


class RuleCreate(CreatePage):
    model, permission, title = ShopRule, RULES, gettext_lazy("New rule of the shop")
    form, service = forms.RuleForm, rules.create_rule


class RuleEdit(EditPage):
    model, permission = ShopRule, RULES
    form, service = forms.RuleForm, rules.update_rule

"""Pages of the low-value limits."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from procurement.requests.lowvalue import exchange, filters, forms, services, tables
from procurement.requests.lowvalue.models import LIMITS, LowValueRule
from srm.ui import formats
from srm.ui.menu import menu
from srm.ui.pages import CreatePage, DetailPage, EditPage, ListPage


@menu("settings", gettext_lazy("Low-value limits"), order=34)
class LowValueRuleList(ListPage):
    model, permission, title = LowValueRule, LIMITS, gettext_lazy("Low-value limits")
    table, filterset, sheet = tables.LowValueRuleTable, filters.LowValueRuleFilter, exchange.LowValueRuleSheet
    sorts = {"entity": ("legal_entity__code", "id"), "-entity": ("-legal_entity__code", "-id")}
    create_label = gettext_lazy("New limits")
    empty = (
        gettext_lazy("Nothing limits the low-value route yet."),
        gettext_lazy("For example: at most 500 a request, and 5,000 a year for one department and category."),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("legal_entity")


class LowValueRuleDetail(DetailPage):
    model, permission = LowValueRule, LIMITS
    facts = [
        "legal_entity",
        "is_on",
        ("request", gettext_lazy("At most a request")),
        ("year", gettext_lazy("At most a year for a department and category")),
    ]

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("legal_entity")

    def fact_request(self) -> str:
        return self._limit("most_request")

    def fact_year(self) -> str:
        return self._limit("most_year")

    def _limit(self, name: str) -> str:
        row = self.object
        value = getattr(row, name)
        return "" if value is None else formats.money(value, row.legal_entity.currency)


class LowValueRuleCreate(CreatePage):
    model, permission, title = LowValueRule, LIMITS, gettext_lazy("New limits of the low-value route")
    form, service = forms.LowValueRuleForm, services.create_rule


class LowValueRuleEdit(EditPage):
    model, permission = LowValueRule, LIMITS
    form, service = forms.LowValueRuleForm, services.update_rule

"""Pages of the rule by which a firm orders from the shop by itself."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from procurement.shop import filters, forms, rules, tables, waiting
from procurement.shop.models import RULES, ShopRule
from srm.ui import formats
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, CreatePage, DetailPage, EditPage, ListPage
from srm.ui.slots import Action

SHOWN = ("legal_entity", "buyer")


@menu("settings", gettext_lazy("Orders of the shop"), order=62)
class RuleList(ListPage):
    model, permission, title = ShopRule, RULES, gettext_lazy("Orders of the shop")
    create_label = gettext_lazy("New rule of the shop")
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
        ("waits", gettext_lazy("Waits for a buyer")),
    ]

    def queryset(self) -> QuerySet:
        return super().queryset().select_related(*SHOWN)

    def fact_most(self) -> str:
        row = self.object
        return "" if row.most_amount is None else formats.money(row.most_amount, row.legal_entity.currency)

    def fact_answers(self) -> Any:
        return self.object.buyer.name

    def fact_waits(self) -> str:
        return said(self.waits) if self.waits else ""

    @cached_property
    def waits(self) -> int:
        """How many approved lines of the shop are in no order."""
        return waiting.waiting_for(self.object).count()

    def actions(self) -> list[Action]:
        """What waits can be tried again; grey while the rule is off."""
        found = super().actions()
        if not self.waits:
            return found
        address = reverse("shop:shoprule-order-waiting", args=[self.object.public_id])
        off = [] if self.object.is_on else [_("The rule is off. Switch it on first.")]
        return [Action("order-waiting", _("Order what waits"), address, allowed=not off, reasons=off), *found]


class RuleCreate(CreatePage):
    model, permission, title = ShopRule, RULES, gettext_lazy("New rule of the shop")
    form, service = forms.RuleForm, rules.create_rule


class RuleEdit(EditPage):
    model, permission = ShopRule, RULES
    form, service = forms.RuleForm, rules.update_rule


class RuleOrderWaiting(ActionPage):
    """Try again what was approved while the rule was off, or was left to the buyer."""

    model, permission, name = ShopRule, RULES, "order-waiting"
    title, submit = gettext_lazy("Order what waits"), gettext_lazy("Order it")

    def queryset(self) -> QuerySet:
        return super().queryset().select_related(*SHOWN)

    @property
    def ask(self) -> str:  # type: ignore[override]
        """How much waits, and what becomes of it."""
        lines = said(waiting.waiting_for(self.object).count())
        return _(
            "Approved, open and chosen in the shop: %(lines)s. What still holds is ordered in the background; the rest "
            "stays with its buyer, and says why."
        ) % {"lines": lines}

    def act(self, form: Any) -> Any:
        return waiting.order_waiting(self.object, actor=self.actor)


def said(n: int) -> str:
    """So many lines, in words."""
    return ngettext("%(n)d line", "%(n)d lines", n) % {"n": n}

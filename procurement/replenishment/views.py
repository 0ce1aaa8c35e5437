"""Pages of rules and proposals."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from procurement.replenishment import exchange, filters, forms, services, tables
from procurement.replenishment.models import Proposal, ReorderRule
from procurement.replenishment.words import reason
from srm.core.actor import Actor
from srm.ui import formats
from srm.ui.links import url_of
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, CreatePage, DetailPage, EditPage, ListPage
from srm.ui.slots import Action

VIEW, EDIT, ORDER = "replenishment.view", "replenishment.edit", "replenishment.order"
RULE = ("item__base_unit", "warehouse", "cost_center")
WITH_RULE = ("rule__item__base_unit", "rule__warehouse", "rule__cost_center", "request")
MANY = 99
# As many proposals as one click orders.
MOST = 200


def waiting(actor: Actor) -> int:
    """How many proposals wait for whoever may order; counted to a hundred."""
    if not actor.may(ORDER):
        return 0
    return Proposal.objects.visible_to(actor).latest_open()[: MANY + 1].count()


@menu("buying", gettext_lazy("To reorder"), order=56, count=waiting)
class ProposalList(ListPage):
    model, permission, title = Proposal, VIEW, gettext_lazy("To reorder")
    table, filterset, sheet = tables.ProposalTable, filters.ProposalFilter, exchange.ProposalSheet
    sorts = {"-day": ("-day", "-id"), "day": ("day", "id")}
    empty = (
        gettext_lazy("No store lacks anything."),
        gettext_lazy(
            "Every night each reorder rule is compared with its store; what is at its reorder point shows here."
        ),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related(*WITH_RULE)

    def actions(self) -> list[Action]:
        found = [Action("rules", _("Reorder rules"), reverse("replenishment:reorderrule-list"))]
        if self.actor.may(ORDER):
            found.append(Action("look", _("Look now"), reverse("replenishment:proposal-look")))
            found.append(Action("order", _("Order all"), reverse("replenishment:proposal-order-all"), tone="primary"))
        return found


class ProposalDetail(DetailPage):
    """One proposal: how much, why, and what came of it."""

    model, permission = Proposal, VIEW
    facts = [
        ("item", gettext_lazy("Item")), ("warehouse", gettext_lazy("Warehouse")), ("amount", gettext_lazy("Order")),
        ("why", gettext_lazy("Why")), ("yearly", gettext_lazy("Went out in a year")), "day", "request", "set_aside",
    ]  # fmt: skip

    def queryset(self) -> QuerySet:
        return super().queryset().select_related(*WITH_RULE)

    def heading(self) -> Any:
        return self.object.rule.item.name

    def fact_item(self) -> Any:
        return self.object.rule.item.article

    def fact_warehouse(self) -> Any:
        return str(self.object.rule.warehouse)

    def fact_amount(self) -> str:
        return formats.quantity(self.object.quantity, self.object.rule.item.base_unit)

    def fact_yearly(self) -> str:
        return formats.quantity(self.object.yearly, self.object.rule.item.base_unit)

    def fact_why(self) -> str:
        return reason(self.object)

    def actions(self) -> list[Action]:
        found = [Action("rule", _("Reorder rule"), url_of(self.object.rule) or "")]
        if self.object.is_open and self.actor.may(ORDER):
            key = [self.object.public_id]
            found.append(Action("aside", _("Set aside"), reverse("replenishment:proposal-aside", args=key)))
            found.append(
                Action("order", _("Make a request"), reverse("replenishment:proposal-order", args=key), tone="primary")
            )
        return found


class ProposalOrder(ActionPage):
    """One proposal becomes a draft of a purchase request."""

    model, permission, name, loads_object = Proposal, ORDER, "order", True
    title, submit, done = gettext_lazy("Make a request"), gettext_lazy("Make a request"), ""
    ask = gettext_lazy("A draft of a purchase request is made; look at it and send it.")

    def act(self, form: Any) -> Model:
        (request,) = services.order([self.object], actor=self.actor)
        return request


class ProposalOrderAll(ActionPage):
    """All open proposals become drafts of purchase requests."""

    model, permission, name, route = Proposal, ORDER, "order-all", "order-all/"
    title, submit, done = gettext_lazy("Order all"), gettext_lazy("Make requests"), ""
    ask = gettext_lazy("Every open proposal becomes a line of a draft, one draft for each warehouse and cost centre.")

    def act(self, form: Any) -> Any:
        rows = Proposal.objects.visible_to(self.actor).latest_open().order_by("pk")[:MOST]
        made = services.order(list(rows), actor=self.actor)
        words = ngettext(
            "%(n)d draft was made. Look at it and send it.",
            "%(n)d drafts were made. Look at them and send them.",
            len(made),
        )
        messages.success(self.request, words % {"n": len(made)})
        return made[0] if len(made) == 1 else reverse("requests:purchaserequest-list")


class ProposalAside(ActionPage):
    """Not this time."""

    model, permission, name, loads_object = Proposal, ORDER, "aside", True
    title, submit, done = gettext_lazy("Set aside"), gettext_lazy("Set aside"), gettext_lazy("Set aside.")
    form = forms.AsideForm

    def act(self, form: Any) -> str:
        services.set_aside([self.object], actor=self.actor, **form.cleaned_data)
        return reverse("replenishment:proposal-list")


class ProposalLook(ActionPage):
    """Compare the rules with the stores now, not only at night."""

    model, permission, name, route = Proposal, ORDER, "look", "look/"
    title, submit, done = gettext_lazy("Look what the stores lack"), gettext_lazy("Look now"), ""
    ask = gettext_lazy(
        "All reorder rules are compared with their stores. What was proposed today is not proposed again."
    )

    def act(self, form: Any) -> str:
        found = services.propose(actor=self.actor)
        words = ngettext("%(n)d item should be ordered.", "%(n)d items should be ordered.", found)
        messages.success(self.request, words % {"n": found})
        return reverse("replenishment:proposal-list")


# -- rules -------------------------------------------------------------------


class RuleList(ListPage):
    model, permission, title = ReorderRule, VIEW, gettext_lazy("Reorder rules")
    table, filterset, sheet = tables.RuleTable, filters.RuleFilter, exchange.RuleSheet
    sorts = {"-new": ("-id",), "new": ("id",)}
    create_label = gettext_lazy("New rule")
    empty = (
        gettext_lazy("No reorder rules yet."),
        gettext_lazy("A rule says at which level an item is ordered again, and how full its store should be."),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related(*RULE)


class RuleDetail(DetailPage):
    model, permission = ReorderRule, VIEW
    facts = [
        "item", "warehouse", ("point", gettext_lazy("Reorder point")), ("target", gettext_lazy("Target")), "method",
        "order_cost", "holding_percent", "lead_days", "cost_center", "is_active",
    ]  # fmt: skip

    def queryset(self) -> QuerySet:
        return super().queryset().select_related(*RULE)

    def heading(self) -> Any:
        return f"{self.object.item.name} · {self.object.warehouse.code}"

    def fact_point(self) -> str:
        return formats.quantity(self.object.point, self.object.item.base_unit)

    def fact_target(self) -> str:
        return formats.quantity(self.object.target, self.object.item.base_unit)

    def fact_method(self) -> str:
        return self.object.get_method_display()


class RuleCreate(CreatePage):
    model, permission, title = ReorderRule, EDIT, gettext_lazy("New rule")
    form, service = forms.RuleForm, services.create_rule


class RuleEdit(EditPage):
    model, permission = ReorderRule, EDIT
    form, service = forms.RuleForm, services.update_rule

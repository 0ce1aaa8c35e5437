"""Pages of transfers, new money and cuts."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.budget import changes, exchange, filters, forms, tables
from srm.budget.lifecycle import ChangeState
from srm.budget.models import BudgetChange, BudgetLine
from srm.budget.views import EDIT, VIEW
from srm.core.actor import Actor
from srm.ui import formats
from srm.ui.links import url_of
from srm.ui.menu import menu
from srm.ui.pages import CreatePage, DetailPage, EditPage, ListPage
from srm.ui.slots import Action, provides

RELATED = (
    "giver__cost_center__owner", "giver__category", "receiver__cost_center__owner", "receiver__category",
)  # fmt: skip


@menu("work", gettext_lazy("Budget changes"), order=61)
class ChangeList(ListPage):
    model, permission, title = BudgetChange, VIEW, gettext_lazy("Budget changes")
    table, filterset, sheet = tables.ChangeTable, filters.ChangeFilter, exchange.ChangeSheet
    sorts = {"-created": ("-created_at", "-id"), "created": ("created_at", "id"), "-amount": ("-amount", "-id")}
    views = [
        ("mine_to_answer", gettext_lazy("Waiting for me"), {"to_answer": "on"}),
        ("waiting", gettext_lazy("Waiting"), {"state": "submitted"}),
        ("mine", gettext_lazy("Mine"), {"mine": "on"}),
    ]
    bulk_moves = ("submit", "approve")
    create_label = gettext_lazy("New budget change")
    empty = (
        gettext_lazy("No budget changes yet."),
        gettext_lazy("Move money from one budget to another, or ask for new money. Somebody else approves it."),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related(*RELATED, "created_by")


class ChangeDetail(DetailPage):
    model, permission = BudgetChange, VIEW
    facts = [
        ("kind", gettext_lazy("Kind")), "giver", "receiver", "amount", "reason", "created_by", "created_at", "legal_entity",
    ]  # fmt: skip

    def queryset(self) -> QuerySet:
        return super().queryset().select_related(*RELATED, "created_by", "legal_entity")

    def heading(self) -> Any:
        return f"{self.object.kind_label}: {formats.money(self.object.amount, self.object.currency)}"

    def fact_kind(self) -> str:
        return self.object.kind_label

    def warnings(self) -> list[Any]:
        if self.object.state != ChangeState.SUBMITTED:
            return []
        reason = changes.has_so_much(self.object, self.actor)
        return [reason] if reason else []


class ChangeCreate(CreatePage):
    model, permission, title = BudgetChange, EDIT, gettext_lazy("New budget change")
    form, service = forms.ChangeForm, changes.create_change


class ChangeEdit(EditPage):
    model, permission = BudgetChange, EDIT
    form, service = forms.ChangeForm, changes.update_change

    def queryset(self) -> QuerySet:
        return super().queryset().select_related(*RELATED)

    @staticmethod
    def guard(document: BudgetChange, actor: Actor) -> Any:
        if document.state != ChangeState.DRAFT:
            return _("Only a draft can be changed.")
        return changes.is_own(document, actor)


@provides("actions")
def change_actions(document: Any, actor: Actor) -> list[Action]:
    """On a budget's page: ask for money, or give some away."""
    if not isinstance(document, BudgetLine) or not actor.may(EDIT):
        return []
    new = reverse("budget:budgetchange-create")
    return [
        Action("give", _("Transfer to another budget"), f"{new}?giver={document.public_id}"),
        Action("ask", _("Ask for more"), f"{new}?receiver={document.public_id}"),
    ]


def facts_of(document: BudgetChange, actor: Actor, request: HttpRequest | None = None) -> tuple[str, dict[str, Any]]:
    """What an approver sees: the budgets as they are, and as they would be."""
    rows = [
        {"line": line, "url": url_of(line) if _sees(line, actor) else "", "after": line.amount + sign * document.amount,
         "left": line.left + sign * document.amount}
        for line, sign in ((document.giver, -1), (document.receiver, 1)) if line is not None
    ]  # fmt: skip
    return "srm/budget/_change.html", {"change": document, "rows": rows, "own": request is not None}


def _sees(line: BudgetLine, actor: Actor) -> bool:
    return BudgetLine.objects.visible_to(actor).filter(pk=line.pk).exists()

"""What changes of budgets show to whoever decides on them; and the rules and effects of the room, loaded at start-up."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from srm.approvals.registry import describes
from srm.budget import carrying, closing  # noqa: F401  their guards and effects
from srm.budget.change_views import facts_of
from srm.budget.changes import KIND, content_of, has_so_much
from srm.budget.models import BudgetChange, BudgetLine
from srm.budget.tables import ChangeTable
from srm.core.actor import Actor
from srm.ui.panels import panel
from srm.ui.tables import render_ready

LATEST = 25


def no_money(change: BudgetChange, actor: Actor) -> list[Any]:
    """Why an approval would be refused now."""
    reason = has_so_much(change, actor)
    return [reason] if reason else []


@describes(KIND, _("Budget change"), permission="budget.approve", content=content_of, blocked=no_money)
def change_facts(document: BudgetChange, actor: Actor) -> tuple[str, dict[str, Any]]:
    """How much, from where to where, and what stays there."""
    return facts_of(document, actor)


@panel(BudgetChange, _("What changes"), order=10, permission="budget.view", place="main")
def what_panel(document: BudgetChange, actor: Actor, request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """The budgets as they are, and as they would be, while it is undecided."""
    return facts_of(document, actor, request) if document.state in ("draft", "submitted") else None


@panel(BudgetLine, _("Changes"), order=30, permission="budget.view")
def changes_panel(document: BudgetLine, actor: Actor, request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """Transfers, new money and cuts of a budget, the latest first."""
    rows = BudgetChange.objects.visible_to(actor).filter(Q(giver=document) | Q(receiver=document))
    related = ("giver__cost_center", "giver__category", "receiver__cost_center", "receiver__category", "created_by")
    found = list(rows.select_related(*related).order_by("-pk")[: LATEST + 1])
    if not found:
        return None
    more = f"{reverse('budget:budgetchange-list')}?budget={document.public_id}" if len(found) > LATEST else ""
    return "srm/catalog/_rows.html", {
        "table": render_ready(ChangeTable, found[:LATEST], actor),
        "more": more,
        "card": True,
    }

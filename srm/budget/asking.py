"""The way from "there is too little" to asking for more: a budget change, filled in."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse

from srm.budget.models import BudgetLine, centers_of, is_finance
from srm.budget.selectors import Outlook
from srm.core.actor import Actor

EDIT = "budget.edit"


def ask_url(outlook: Outlook, actor: Actor, *, reason: str) -> str:
    """Where the actor asks for what is missing; empty where nothing is, or the budget is not his to ask for."""
    line = outlook.line
    if line is None or outlook.fits or not actor.may(EDIT) or not _may_ask(line, actor):
        return ""
    missing = max(outlook.amount - line.left, Decimal("0.01"))
    wanted = {"receiver": line.public_id, "amount": format(missing, "f"), "reason": reason}
    return f"{reverse('budget:budgetchange-create')}?{urlencode(wanted)}"


def _may_ask(line: BudgetLine, actor: Actor) -> bool:
    """As the change itself will ask: finance, the cost centre's owner, its department."""
    owns = line.cost_center.owner_id == actor.user_id
    return owns or is_finance(actor) or centers_of(actor).filter(pk=line.cost_center_id).exists()

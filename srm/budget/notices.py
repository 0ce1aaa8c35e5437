"""What budgets tell: their owners that they run low, deciders that they are asked, authors what came of it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from srm.budget.changes import asked_center, open_routes
from srm.budget.models import BudgetChange
from srm.core.actor import Actor
from srm.notify.registry import Told, kind, notice
from srm.notify.values import Money
from srm.people.models import User

kind("budget.low", _("A budget of mine is nearly used up"), group=_("Budget"))


@notice("budget.asked", BudgetChange, "submit", label=_("I am asked about a budget"), group=_("Budget"))
def tell_asked(change: BudgetChange, *, actor: Actor, **_details: object) -> Told | None:
    """The owner of the budget that gives, and accountants; whom rules name hears of it as of every approval."""
    if open_routes().filter(document_id=change.public_id).exists():
        return None
    people = [asked_center(change).owner, *User.objects.filter(grants__role="accountant", is_active=True)]
    return Told(
        to=[one for one in people if one is not None and one.pk != actor.user_id],
        subject=_("{kind} of {amount} waits for your answer"), body=_("{who} asks for it: {why}"),
        values={"kind": change.kind_label, "amount": Money(change.amount, change.currency), "who": actor.name,
                "why": change.reason},
        url=change.get_absolute_url(), button=_("Look at it"),
    )  # fmt: skip


@notice("budget.answered", BudgetChange, "approve", label=_("My budget change was answered"), group=_("Budget"))
def tell_approved(change: BudgetChange, *, actor: Actor, **_details: object) -> Told:
    """Its author, and the owners whose budgets are other now."""
    owners = [line.cost_center.owner for line in (change.giver, change.receiver) if line is not None]
    return Told(
        to=[one for one in (change.created_by, *owners) if one is not None and one.pk != actor.user_id],
        subject=_("{number} over {amount} was approved"), url=change.get_absolute_url(),
        values={"number": change.number, "amount": Money(change.amount, change.currency)},
    )  # fmt: skip


@notice("budget.answered", BudgetChange, "reject")
def tell_rejected(change: BudgetChange, *, actor: Actor, reason: str = "", **_details: object) -> Told:
    """Its author learns why."""
    return Told(
        to=[change.created_by], subject=_("{number} over {amount} was rejected"), body=str(reason),
        url=change.get_absolute_url(), values={"number": change.number, "amount": Money(change.amount, change.currency)},
    )  # fmt: skip


@notice("budget.answered", BudgetChange, "send_back")
def tell_returned(change: BudgetChange, *, actor: Actor, reason: str = "", **_details: object) -> Told:
    """Its author learns what to change."""
    return Told(
        to=[change.created_by], subject=_("{number} over {amount} was returned"), body=str(reason),
        url=change.get_absolute_url(), values={"number": change.number, "amount": Money(change.amount, change.currency)},
    )  # fmt: skip

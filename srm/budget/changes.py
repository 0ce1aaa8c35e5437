"""Asking for money: transfers between budgets, new money, cuts. Somebody else approves them.

Where approval rules fit, those whom they name decide; where none does, the owner of the budget that gives (of the only
one there is), or the finance department. Never whoever made or edited it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from srm.approvals import asking
from srm.approvals import services as approvals
from srm.approvals.models import ApprovalRoute
from srm.approvals.selectors import MACHINE, editors_of, shown_route
from srm.budget import services
from srm.budget.lifecycle import ChangeState
from srm.budget.models import BudgetChange, BudgetLine, centers_of, is_finance
from srm.budget.words import too_little
from srm.catalog.models import Category
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, NotAllowed
from srm.flow import records
from srm.flow.perform import give_number
from srm.flow.registry import effect, guard
from srm.people.models import CostCenter

KIND = BudgetChange._meta.label_lower


# -- writing -----------------------------------------------------------------


def create_change(
    *, actor: Actor, amount: Decimal, reason: str, giver: BudgetLine | None = None, receiver: BudgetLine | None = None
) -> BudgetChange:
    """A draft: `amount` from `giver` to `receiver`, in the legal entity's base currency.

    Raises:
        InvalidInput: budgets that do not go together. NotAllowed: neither cost centre is the actor's.
    """
    values = {"giver": giver, "receiver": receiver, "amount": amount, "reason": reason}
    return records.create(BudgetChange, actor=actor, **_checked(values, actor))


def update_change(change: BudgetChange, *, actor: Actor, version: int | None = None, **changes: Any) -> BudgetChange:
    """A changed draft.

    Raises:
        InvalidInput: it was sent already, or budgets that do not go together. NotAllowed, Stale
    """
    records.refuse_unless_draft(change, ChangeState.DRAFT)
    values = {name: changes.get(name, getattr(change, name)) for name in ("giver", "receiver", "amount", "reason")}
    return records.update(change, actor=actor, version=version, **_checked(values, actor))


def _checked(values: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """The values with legal entity and currency of the budgets."""
    giver, receiver = values["giver"], values["receiver"]
    lines = [line for line in (giver, receiver) if line is not None]
    if not lines:
        raise InvalidInput({"receiver": _("Choose the budget that gets the money, or the one that gives it.")})
    if giver == receiver:
        raise InvalidInput({"receiver": _("Choose two different budgets.")})
    centers = {line.pk: line.cost_center for line in lines}
    entities = {center.department.legal_entity for center in centers.values()}
    if len(entities) > 1:
        raise InvalidInput({"receiver": _("Money moves only between budgets of one legal entity.")})
    if len({line.year for line in lines}) > 1:
        raise InvalidInput(
            {"receiver": _("Both budgets have to be of one year. A carry-over takes money to the next.")}
        )
    if not is_finance(actor) and not any(_owns(center, actor) for center in centers.values()):
        raise NotAllowed(_("None of these cost centres is yours. Ask their owner or the finance department."))
    return {**values, "legal_entity": entities.pop(), "currency": lines[0].currency}


def _owns(center: CostCenter, actor: Actor) -> bool:
    return centers_of(actor).filter(pk=center.pk).exists()


# -- asking ------------------------------------------------------------------


def content_of(change: BudgetChange) -> dict[str, Any]:
    """What is approved."""
    return {"giver": change.giver_id, "receiver": change.receiver_id, "amount": change.amount, "reason": change.reason}


def asked_center(change: BudgetChange) -> CostCenter:
    """The cost centre whose owner answers: of the budget that gives, else of the one that gets new money."""
    line = change.giver or change.receiver
    assert line is not None
    return line.cost_center


def _facts(change: BudgetChange) -> tuple[CostCenter, list[Category]]:
    categories = {line.category for line in (change.giver, change.receiver) if line is not None and line.category}
    return asked_center(change), sorted(categories, key=lambda one: one.path)


def _asks_others(change: BudgetChange) -> bool:
    """Whether any approval rule fits."""
    center, categories = _facts(change)
    facts = asking.facts_of(change.amount, center.department, categories, [center])
    fitting, _sums = asking.rules_for(KIND, facts, parts={}, entity=change.legal_entity, but=change.public_id)
    return bool(fitting)


@effect(BudgetChange, "submit")
def submitted(change: BudgetChange, *, actor: Actor, **_details: object) -> None:
    """Those whom the rules name are asked, if any rule fits."""
    if not _asks_others(change):
        return
    center, categories = _facts(change)
    give_number(change)  # so that the route names it
    approvals.lay_out(
        change, actor=actor, amount=change.amount, currency=change.currency, department=center.department,
        cost_centers=[center], categories=categories, content=content_of(change), barred=editors_of(change),
        title=f"{change.kind_label}: {change.reason}"[:250], requester=change.created_by,
    )  # fmt: skip


# -- answering ---------------------------------------------------------------


def _route(change: BudgetChange) -> ApprovalRoute | None:
    """The route it was sent on, if it goes through rules at all."""
    route = shown_route(change)
    return None if route is None or route.outcome == ApprovalRoute.State.DROPPED else route


def _why_not(change: BudgetChange, actor: Actor) -> str | None:
    """Why `actor` cannot answer by himself, without rules."""
    if actor.kind == "system":
        return None
    if actor.person_id in editors_of(change):
        return _("You had a part in this. Somebody else has to decide.")
    center = asked_center(change)
    if is_finance(actor) or center.owner_id == actor.user_id:
        return None
    if center.owner_id:
        return _("%(owner)s or the finance department decides on this.") % {"owner": center.owner}
    return _("The finance department decides on this.")


def open_routes() -> QuerySet[ApprovalRoute]:
    """Routes on which changes wait."""
    return ApprovalRoute.objects.unscoped(MACHINE).filter(document_kind=KIND, outcome=ApprovalRoute.State.OPEN)


def waiting_for(rows: QuerySet, actor: Actor) -> QuerySet:
    """Those of `rows` that the actor may answer as an owner or for the firm, where no rule names somebody."""
    if not actor.may("budget.approve"):
        return rows.none()
    on_route = open_routes().filter(document_id=OuterRef("public_id"))
    rows = rows.filter(~Exists(on_route), state=ChangeState.SUBMITTED).exclude(created_by_id=actor.user_id)
    owned = Q(giver__cost_center__owner=actor.user_id) | Q(giver=None, receiver__cost_center__owner=actor.user_id)
    return rows if is_finance(actor) else rows.filter(owned)


@guard(BudgetChange, "approve")
def may_approve(change: BudgetChange, actor: Actor) -> object:
    """By the rules' route, or by the owner or finance."""
    route = _route(change)
    if route is not None and route.outcome != ApprovalRoute.State.RETURNED:
        return approvals.why_not_approved(change, content_of(change))
    return _why_not(change, actor)


@guard(BudgetChange, "approve")
def has_so_much(change: BudgetChange, actor: Actor) -> object:
    """What is spoken for stays covered; judged once more under the lock."""
    giver = change.giver
    return too_little(giver, change.amount) if giver is not None and giver.left < change.amount else None


@guard(BudgetChange, "reject")
@guard(BudgetChange, "send_back")
def may_answer(change: BudgetChange, actor: Actor) -> object:
    """By the rules' route, or by the owner or finance."""
    route = _route(change)
    if route is None:
        return _why_not(change, actor)
    if route.outcome == ApprovalRoute.State.OPEN:
        return _("Those who are asked decide on this under “Your decision”.")
    decided = any(step.decided_by_id == actor.user_id for step in route.steps.all())
    return None if decided else _why_not(change, actor)


@guard(BudgetChange, "submit")
@guard(BudgetChange, "withdraw")
def is_own(change: BudgetChange, actor: Actor) -> object:
    """Its author, or finance, sends it and takes it back."""
    if is_finance(actor) or change.created_by_id == actor.user_id:
        return None
    return _("Only %(who)s or the finance department can do this.") % {"who": change.created_by or "–"}


@effect(BudgetChange, "approve")
def approved(change: BudgetChange, *, actor: Actor, **_details: object) -> None:
    """The amounts move, both at once."""
    services.shift(change.giver, change.receiver, change.amount, document=change, actor=actor)


@effect(BudgetChange, "withdraw")
@effect(BudgetChange, "send_back")
def given_up(change: BudgetChange, *, actor: Actor, **_details: object) -> None:
    """Nobody needs to decide any more."""
    approvals.drop(change)

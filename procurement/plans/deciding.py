"""Plans under approval rules: where rules fit, those they name decide; else whoever may approve plans, but not its author."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from procurement.plans.models import PlanLine, ProcurementPlan
from srm.approvals import asking
from srm.approvals import services as approvals
from srm.approvals.models import ApprovalRoute
from srm.approvals.registry import describes
from srm.approvals.selectors import editors_of, route_of
from srm.catalog.models import Category
from srm.core.actor import Actor
from srm.core.money import Sum
from srm.flow.perform import give_number
from srm.flow.registry import effect, guard

KIND = ProcurementPlan._meta.label_lower
WHY = "what is approved of a plan"
SHOWN = 12


def content_of(plan: ProcurementPlan) -> dict[str, Any]:
    """What an approver approves, as plain values."""
    fields = (
        "key", "month", "category_id", "item_id", "quantity", "unit_id", "amount", "procedure", "buyer_id", "department_id",
    )  # fmt: skip
    rows = PlanLine.objects.unscoped(WHY).filter(plan=plan).order_by("key")
    return {
        "entity": plan.legal_entity_id,
        "year": plan.year,
        "lines": [list(row) for row in rows.values_list(*fields)],
    }


def parts_of(plan: ProcurementPlan) -> dict[Category, Decimal]:
    """The plan's amounts by category."""
    sums = dict(
        PlanLine.objects.unscoped(WHY)
        .filter(plan=plan)
        .order_by()
        .values_list("category")
        .annotate(total=Sum("amount"))
    )
    found = Category.objects.in_bulk(sums)
    return {found[key]: amount for key, amount in sums.items()}


def asks_others(plan: ProcurementPlan) -> bool:
    """Whether any rule fits the plan."""
    if not asking.kept_rules(KIND).exists():
        return False
    facts = asking.facts_of(plan.total, None, parts_of(plan), ())
    fitting, _sums = asking.rules_for(KIND, facts, parts={}, entity=plan.legal_entity, but=plan.public_id)
    return bool(fitting)


@effect(ProcurementPlan, "submit")
def submitted(plan: ProcurementPlan, *, actor: Actor, **_details: object) -> None:
    """Ask those whom the rules name, where there are rules."""
    give_number(plan)
    if asks_others(plan):
        author = plan.created_by
        approvals.lay_out(
            plan, actor=actor, amount=plan.total, currency=plan.currency, categories=list(parts_of(plan)),
            content=content_of(plan), barred=editors_of(plan) | ({author.person_id} if author else set()),
            title=plan.name, requester=author,
        )  # fmt: skip


@guard(ProcurementPlan, "approve")
def route_complete(plan: ProcurementPlan, actor: Actor) -> object:
    """Where rules ask others, only a complete route for this very content approves."""
    if actor.kind == "system" or not asks_others(plan):
        return None
    return approvals.why_not_approved(plan, content_of(plan))


@guard(ProcurementPlan, "send_back")
def route_not_open(plan: ProcurementPlan, _actor: Actor) -> object:
    """While others are asked, they send it back with their decision."""
    route = route_of(plan)
    if route is None or route.outcome != ApprovalRoute.State.OPEN:
        return None
    return _("It waits for those whom the approval rules name. They send it back with their decision.")


@effect(ProcurementPlan, "take_back")
@effect(ProcurementPlan, "send_back")
def dropped(plan: ProcurementPlan, *, actor: Actor, **_details: object) -> None:
    """Nobody needs to decide any more."""
    approvals.drop(plan)


MOVES = {"approved": "approve", "rejected": "send_back", "returned": "send_back"}


@describes(KIND, ProcurementPlan._meta.verbose_name, permission="planning.approve", content=content_of, moves=MOVES)
def plan_facts(document: ProcurementPlan, actor: Actor) -> tuple[str, dict[str, Any]]:
    """What is planned, the largest categories first."""
    parts = sorted(parts_of(document).items(), key=lambda part: -part[1])
    return "procurement/plans/_facts.html", {
        "plan": document, "parts": parts[:SHOWN], "more": max(0, len(parts) - SHOWN),
    }  # fmt: skip

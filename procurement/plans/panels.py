"""What a plan's page shows beside its lines: how it stands, its versions."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from procurement.plans import deciding, selectors, tables  # noqa: F401  the plan's approval declares itself
from procurement.plans.lifecycle import PlanState
from procurement.plans.models import VIEW, ProcurementPlan
from srm.core.actor import Actor
from srm.discussion.rules import discussed
from srm.ui.panels import panel
from srm.ui.tables import render_ready

LATE = 50

discussed(ProcurementPlan, view=VIEW, people=lambda plan: [plan.created_by])


@panel(
    ProcurementPlan, _("Plan and fact"), order=10, permission="orders.view", key="fact",
    when=lambda plan: plan.state in (PlanState.APPROVED, PlanState.CLOSED),
)  # fmt: skip
def fact_panel(plan: ProcurementPlan, actor: Actor, _request: object) -> tuple[str, dict[str, Any]]:
    """By category what was planned up to now and what was ordered; and the lines that are late."""
    ordered, _lines = selectors.fact(plan)
    rows = selectors.standings(plan, ordered)
    late = list(selectors.late_lines(plan, ordered)[: LATE + 1]) if plan.state == PlanState.APPROVED else []
    for line in late:
        line.plan = plan
    totals = [
        sum((getattr(row, name) for _category, row in rows), 0) for name in ("planned", "planned_so_far", "ordered")
    ]
    return "procurement/plans/_fact.html", {
        "plan": plan, "rows": rows, "totals": totals, "difference": totals[2] - totals[1], "more": len(late) > LATE,
        "late": render_ready(tables.PlanLineTable, late[:LATE], actor, link=None) if late else None,
    }  # fmt: skip


@panel(ProcurementPlan, _("Versions"), order=20, permission=VIEW, place="side", key="editions")
def editions_panel(plan: ProcurementPlan, actor: Actor, _request: object) -> tuple[str, dict[str, Any]]:
    """All versions of the year, each with the way to what changed since."""
    return "procurement/plans/_editions.html", {"plan": plan, "editions": list(selectors.editions_of(plan))}

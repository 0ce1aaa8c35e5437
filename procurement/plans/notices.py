"""Who is told of what becomes of a plan."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from procurement.plans.models import ProcurementPlan
from srm.core.actor import Actor
from srm.notify.registry import Told, notice
from srm.people.models import User


@notice("plans.submitted", ProcurementPlan, "submit", label=_("A procurement plan waits for approval"), channel="mail")
def submitted(plan: ProcurementPlan, *, actor: Actor, **_details: object) -> Told:
    """Those who approve plans."""
    heads = User.objects.filter(grants__role="head", is_active=True, kind=User.Kind.STAFF).distinct()
    return Told(
        heads, subject=_("A plan waits for approval: {plan}"), body=_("{n} lines, {total} all in all."),
        values={"plan": plan.name, "n": plan.line_count, "total": f"{plan.total} {plan.currency}"},
        url=plan.get_absolute_url(), button=_("Open the plan"),
    )  # fmt: skip


@notice("plans.decided", ProcurementPlan, "approve", label=_("A procurement plan of mine was decided on"))
def approved(plan: ProcurementPlan, *, actor: Actor, **_details: object) -> Told:
    """Its author."""
    return Told(
        [plan.created_by], subject=_("Approved: {plan}"), values={"plan": plan.name}, url=plan.get_absolute_url()
    )


@notice("plans.decided", ProcurementPlan, "send_back")
def sent_back(plan: ProcurementPlan, *, actor: Actor, reason: str = "", **_details: object) -> Told:
    """Its author, with the reason."""
    return Told(
        [plan.created_by], subject=_("Sent back: {plan}"), body="{reason}",
        values={"plan": plan.name, "reason": reason}, url=plan.get_absolute_url(),
    )  # fmt: skip

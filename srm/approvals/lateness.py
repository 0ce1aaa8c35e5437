"""Decisions that take too long: a reminder after half of the time, then somebody above is asked as well.

Hours are working hours of the document's firm. Whoever was asked first may still decide: the one above is an
alternative. Looking twice does nothing twice.
"""

from __future__ import annotations

from django.db.models import Max

from srm.approvals import asking, routing, selectors
from srm.approvals.models import ApprovalRoute, ApprovalStep, Who
from srm.approvals.notices import remind, tell_step
from srm.audit import services as audit
from srm.core import clock
from srm.core.actor import SYSTEM
from srm.flow import uow
from srm.org.calendars import calendar_of
from srm.people.models import Department, User

HALF = 0.5


def start_clocks(route: ApprovalRoute) -> None:
    """From now on the time runs of those steps whose turn it is."""
    steps = [step for step in selectors.steps_now(route) if step.hours and step.due_at is None]
    if not steps:
        return
    calendar, now = calendar_of(route.legal_entity), clock.now()
    for step in steps:
        step.due_at = calendar.after(now, step.hours)
        step.next_check = calendar.after(now, step.hours * HALF)
    ApprovalStep.objects.unscoped(selectors.MACHINE).bulk_update(steps, ["due_at", "next_check"])


def look_at(step: ApprovalStep) -> None:
    """Remind or escalate if it is time; under the route's lock, so that a decision at this moment is seen."""
    uow.require()
    routes = ApprovalRoute.objects.unscoped(selectors.MACHINE).select_for_update(of=("self",))
    route = routes.get(pk=step.route_id)
    steps = ApprovalStep.objects.unscoped(selectors.MACHINE).select_related("user__department")
    now, fresh = clock.now(), steps.get(pk=step.pk)
    waits = fresh.outcome == "waiting" and route.outcome == ApprovalRoute.State.OPEN
    if not waits or fresh.next_check is None or fresh.due_at is None or fresh.next_check > now:
        return
    if fresh.due_at > now:
        fresh.reminded_at, fresh.next_check = now, fresh.due_at
        remind(route, fresh)
    else:
        fresh.escalated_at, fresh.next_check = now, None
        _escalate(route, fresh)
    fresh.save(update_fields=["reminded_at", "escalated_at", "next_check", "group"])


def _escalate(route: ApprovalRoute, step: ApprovalStep) -> None:
    """Ask the next one above as well; where there is nobody, remind those who were asked once more."""
    beside = list(route.steps.filter(order=step.order, outcome="waiting").select_related("user"))
    user, role = _above(route, step, beside)
    if user is None and not role:
        remind(route, step)
        return
    if not step.group:
        step.group = 1 + (route.steps.aggregate(most=Max("group"))["most"] or 0)
    added = ApprovalStep.objects.unscoped(selectors.MACHINE).create(
        route=route, order=step.order, group=step.group, who=Who.HEAD if user else Who.ROLE, user=user, role=role,
        hours=step.hours, passed=[[step.decider, "late"]],
    )  # fmt: skip
    route = ApprovalRoute.objects.unscoped(selectors.MACHINE).select_related("legal_entity").get(pk=route.pk)
    start_clocks(route)
    document = selectors.document_of(route)
    audit.record(
        actor=SYSTEM, verb="escalated", subject=document, changes={"user": [step.decider, added.decider]}
    )  # fmt: skip
    tell_step(route, added, actor=SYSTEM)


def _above(route: ApprovalRoute, step: ApprovalStep, beside: list[ApprovalStep]) -> tuple[User | None, str]:
    """The head above somebody, then the last resort; nobody who is asked side by side already."""
    asked = {one.user_id for one in beside} - {None}
    rights = asking.rights_for(route.document_kind)
    for head in _heads_above(step.user):
        if head.pk not in asked and asking.may_be_asked(head, rights, route.barred):
            return head, ""
    known = step.role == routing.LAST_RESORT or any(one.role == routing.LAST_RESORT for one in beside)
    left = [one for one in asking.holders(routing.LAST_RESORT, rights, route.barred) if one.pk not in asked]
    return None, routing.LAST_RESORT if left and not known else ""


def _heads_above(user: User | None) -> list[User]:
    department = user.department if user else None
    if department is None:
        return []
    paths = asking.paths_up(department.path)
    rows = Department.objects.filter(path__in=paths, head__isnull=False).exclude(head=user).select_related("head")
    return [row.head for row in sorted(rows, key=lambda row: -len(row.path)) if row.head]

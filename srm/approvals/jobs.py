"""The ticker's look at decisions that take too long."""

from __future__ import annotations

import logging

from srm.approvals import lateness, selectors
from srm.approvals.models import ApprovalStep
from srm.core import clock
from srm.flow.uow import unit_of_work
from srm.jobs.ticker import every

log = logging.getLogger("srm.approvals")
PER_ROUND = 200


@every(60, name="approvals.late")
def run_late() -> int:
    """Remind and escalate, each step in a unit of work of its own; how many were looked at."""
    steps = ApprovalStep.objects.unscoped(selectors.MACHINE).filter(outcome="waiting", next_check__lte=clock.now())
    late, faults = list(steps.order_by("next_check", "pk")[:PER_ROUND]), []
    for step in late:
        try:
            with unit_of_work():
                lateness.look_at(step)
        except Exception:
            log.exception("late step %s failed", step.pk)
            faults.append(str(step.pk))
    if faults:
        raise RuntimeError(f"late steps failed: {', '.join(faults[:10])}")
    return len(late)

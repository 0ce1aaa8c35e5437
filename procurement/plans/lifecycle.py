"""A plan is drafted, submitted, approved by somebody else, and closed when the next version or year takes over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from srm.approvals.selectors import editors_of
from srm.core.actor import Actor
from srm.flow.lifecycle import Lifecycle, move, state_field

if TYPE_CHECKING:
    from procurement.plans.models import ProcurementPlan


class PlanState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    APPROVED = "approved", _("Approved")
    CLOSED = "closed", _("Closed")


def has_lines(plan: ProcurementPlan, _actor: Actor) -> object:
    """An empty plan plans nothing."""
    return None if plan.line_count else _("Add at least one line first.")


def not_author(plan: ProcurementPlan, actor: Actor) -> object:
    """Four eyes: who wrote or changed it cannot approve it."""
    if actor.kind == "system":
        return None
    authors = editors_of(plan) | ({plan.created_by.person_id} if plan.created_by else set())
    return _("Who wrote the plan cannot approve it.") if actor.person_id in authors else None


class PlanLifecycle(Lifecycle):
    State = PlanState
    state = state_field(PlanState, PlanState.DRAFT)

    class Meta:
        abstract = True

    @move(
        PlanState.DRAFT, PlanState.SUBMITTED, label=_("Submit"), past=_("submitted"), permission="planning.plan",
        tone="primary", guards=(has_lines,), notice="plans.submitted",
    )  # fmt: skip
    def submit(self) -> None:
        """From here on it is read, not written."""

    @move(
        PlanState.SUBMITTED, PlanState.APPROVED, label=_("Approve"), past=_("approved"), permission="planning.approve",
        tone="primary", guards=(not_author,), notice="plans.decided",
    )  # fmt: skip
    def approve(self) -> None:
        """It holds; the version before it is closed."""

    @move(
        PlanState.SUBMITTED, PlanState.DRAFT, label=_("Send back"), past=_("sent back"), permission="planning.approve",
        form="srm.flow.forms.ReasonForm", notice="plans.decided",
    )  # fmt: skip
    def send_back(self) -> None:
        """Its author changes it."""

    @move(
        PlanState.SUBMITTED, PlanState.DRAFT, label=pgettext_lazy("plan", "Take back"), past=_("taken back"),
        permission="planning.plan",
    )  # fmt: skip
    def take_back(self) -> None:
        """Nobody needs to decide any more."""

    @move(
        PlanState.APPROVED, PlanState.CLOSED, label=_("Close"), past=_("closed"), permission="planning.approve",
        form="srm.flow.forms.ReasonForm",
    )  # fmt: skip
    def close(self) -> None:
        """Its year is over, or the next version took its place."""

"""A change of budgets is asked for and answered; a period is closed and reopened; a carry-over is previewed and done."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from srm.flow.lifecycle import Lifecycle, move, state_field

REASON = "srm.flow.forms.ReasonForm"


class ChangeState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Waits for approval")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ChangeLifecycle(Lifecycle):
    State = ChangeState
    state = state_field(ChangeState, ChangeState.DRAFT)

    class Meta:
        abstract = True

    @move(
        ChangeState.DRAFT, ChangeState.SUBMITTED, label=_("Send for approval"), past=_("sent it for approval"),
        permission="budget.edit", tone="primary",
    )  # fmt: skip
    def submit(self) -> None:
        """Those who answer for the money are asked."""

    @move(
        ChangeState.SUBMITTED, ChangeState.APPROVED, label=_("Approve"), past=_("approved"), permission="budget.approve",
        tone="primary",
    )  # fmt: skip
    def approve(self) -> None:
        """The amounts of the budgets change."""

    @move(
        ChangeState.SUBMITTED, ChangeState.DRAFT, label=_("Return"), past=_("returned"), permission="budget.approve",
        form=REASON,
    )  # fmt: skip
    def send_back(self) -> None:
        """Its author changes it and sends it again."""

    @move(
        ChangeState.SUBMITTED, ChangeState.REJECTED, label=_("Reject"), past=_("rejected"), permission="budget.approve",
        tone="danger", form=REASON,
    )  # fmt: skip
    def reject(self) -> None:
        """The budgets stay as they are."""

    @move(
        [ChangeState.DRAFT, ChangeState.SUBMITTED], ChangeState.WITHDRAWN, label=_("Withdraw"), past=_("withdrew it"),
        permission="budget.edit", tone="danger", ask=_("Nobody will be asked any more. The budgets stay as they are."),
    )  # fmt: skip
    def withdraw(self) -> None:
        """It is not wanted any more."""


class ClosingState(models.TextChoices):
    OPEN = "open", pgettext_lazy("period", "Open")
    CLOSED = "closed", pgettext_lazy("period", "Closed")


class ClosingLifecycle(Lifecycle):
    State = ClosingState
    state = state_field(ClosingState, ClosingState.OPEN)

    class Meta:
        abstract = True

    @move(
        ClosingState.OPEN, ClosingState.CLOSED, label=_("Close the period"), past=_("closed the period"),
        permission="budget.close", tone="primary", ask=_("Nothing can be booked into it any more."),
    )  # fmt: skip
    def close(self) -> None:
        """What comes late for it counts in the next open period."""

    @move(
        ClosingState.CLOSED, ClosingState.OPEN, label=_("Reopen"), past=_("reopened the period"),
        permission="budget.close", form=REASON,
    )  # fmt: skip
    def reopen(self) -> None:
        """Bookings go into it again."""


class CarryState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    DONE = "done", pgettext_lazy("carry-over", "Carried over")
    CANCELLED = "cancelled", _("Cancelled")


class CarryLifecycle(Lifecycle):
    State = CarryState
    state = state_field(CarryState, CarryState.DRAFT)

    class Meta:
        abstract = True

    @move(
        CarryState.DRAFT, CarryState.DONE, label=_("Carry over"), past=_("carried over"), permission="budget.close",
        tone="primary", ask=_("Everything that is listed moves at once, or nothing does."),
    )  # fmt: skip
    def carry(self) -> None:
        """What is reserved and ordered moves to the budgets that follow."""

    @move(CarryState.DRAFT, CarryState.CANCELLED, label=_("Cancel"), past=_("cancelled"), permission="budget.close")
    def cancel(self) -> None:
        """Everything stays where it is."""

"""A tender is drafted, approved where rules ask for it, published, opened after its deadline, evaluated, awarded, closed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from procurement.tenders import guards
from procurement.tenders.policy import policy_kept
from srm.flow.lifecycle import Lifecycle, move, state_field


class TenderState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    APPROVED = "approved", _("Approved")
    PUBLISHED = "published", _("Published")
    EVALUATION = "evaluation", _("Evaluation")
    AWARDING = "awarding", _("Award proposed")
    CONTRACTED = "contracted", _("Awarded")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


# Not yet known to any supplier: it may still be changed.
UNPUBLISHED = (TenderState.DRAFT, TenderState.APPROVED)


class TenderLifecycle(Lifecycle):
    State = TenderState
    state = state_field(TenderState, TenderState.DRAFT)

    class Meta:
        abstract = True

    @move(
        TenderState.DRAFT, TenderState.APPROVED, label=_("Approve"), past=_("approved"), permission="tenders.approve",
        tone="primary", notice="tenders.approved", hidden=True, guards=(guards.has_lines,),
    )  # fmt: skip
    def approve(self) -> None:
        """All whom the approval rules name agreed. Only approvals.decide() comes here."""

    @move(
        TenderState.APPROVED, TenderState.DRAFT, label=_("Ask again"), past=_("has to be approved again"),
        permission="tenders.edit", hidden=True,
    )  # fmt: skip
    def rework(self) -> None:
        """What was approved has been changed. Done by the services that change it."""

    @move(
        [TenderState.DRAFT, TenderState.APPROVED], TenderState.PUBLISHED, label=_("Publish"), past=_("published"),
        permission="tenders.publish", tone="primary", notice="tenders.published",
        ask=_("The invited suppliers are told at once."),
        guards=(guards.has_lines, guards.enough_invited, guards.deadline_ahead, policy_kept),
    )  # fmt: skip
    def publish(self) -> None:
        """The key is made, invitations go out."""

    @move(
        TenderState.PUBLISHED, TenderState.EVALUATION, label=_("Open offers"), past=_("opened"),
        permission="tenders.open", tone="primary", notice="tenders.opened",
        guards=(guards.deadline_passed,),
    )  # fmt: skip
    def open_bids(self) -> None:
        """Envelopes are opened and their lines written; by itself at the deadline, or by hand after it."""

    @move(
        TenderState.PUBLISHED, TenderState.FAILED, label=_("Declare failed"), past=_("failed"),
        permission="tenders.open", tone="danger", guards=(guards.deadline_passed,), notice="tenders.failed",
    )  # fmt: skip
    def fail(self) -> None:
        """Nobody made an offer; the demand is open again."""

    @move(
        TenderState.EVALUATION, TenderState.AWARDING, label=_("Propose award"), past=_("award proposed"),
        permission="awards.propose", hidden=True,
    )  # fmt: skip
    def propose_award(self) -> None:
        """Done by the award room."""

    @move(
        TenderState.AWARDING, TenderState.EVALUATION, label=_("Evaluate again"), past=_("evaluation reopened"),
        permission="awards.propose", hidden=True,
    )  # fmt: skip
    def reopen(self) -> None:
        """The award was not approved."""

    @move(
        TenderState.AWARDING, TenderState.CONTRACTED, label=_("Conclude"), past=_("awarded"),
        permission="awards.approve", hidden=True,
    )  # fmt: skip
    def conclude(self) -> None:
        """Done by the award room when the award is final."""

    @move(
        [
            TenderState.DRAFT, TenderState.APPROVED, TenderState.PUBLISHED, TenderState.EVALUATION, TenderState.AWARDING,
        ],
        TenderState.CANCELLED, label=_("Cancel"), past=_("cancelled"), permission="tenders.cancel", tone="danger",
        form="srm.flow.forms.ReasonForm", notice="tenders.cancelled",
    )  # fmt: skip
    def cancel(self) -> None:
        """Bidders are told; the demand is open again."""

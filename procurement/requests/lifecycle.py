"""The line is decided; what became of its quantity is derived from the allocations."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from procurement.requests import guards
from srm.flow.lifecycle import Lifecycle, move, state_field


class LineState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Waiting for approval")
    APPROVED = "approved", _("Approved")
    RETURNED = "returned", _("Returned")
    REJECTED = "rejected", _("Rejected")
    CLOSED = "closed", _("Cut short")
    CANCELLED = "cancelled", _("Cancelled")


class RequestLineLifecycle(Lifecycle):
    State = LineState
    state = state_field(LineState, LineState.DRAFT)
    # Most of a million lines share one state; what lists ask for has partial indexes of its own.
    state.db_index = False  # type: ignore[attr-defined]

    class Meta:
        abstract = True

    @move(
        [LineState.DRAFT, LineState.RETURNED], LineState.SUBMITTED, label=_("Send for approval"),
        past=_("sent for approval"), permission="requests.submit", tone="primary", notice="requests.submitted",
        guards=(guards.is_own, guards.need_by_ahead, guards.item_usable),
    )  # fmt: skip
    def submit(self) -> None:
        """The approval route is laid out."""

    @move(
        LineState.SUBMITTED, LineState.APPROVED, label=_("Approve"), past=_("approved"),
        permission="requests.approve", tone="primary", notice="requests.approved", guards=(guards.not_own,),
        hidden=True,
    )  # fmt: skip
    def approve(self) -> None:
        """Budget is reserved; the need may be planned. Only approvals.decide() comes here."""

    @move(
        LineState.SUBMITTED, LineState.RETURNED, label=_("Return"), past=_("returned"), permission="requests.approve",
        form="srm.flow.forms.ReasonForm", notice="requests.returned", guards=(guards.not_own,), hidden=True,
    )  # fmt: skip
    def send_back(self) -> None:
        """The requester improves it and sends it again."""

    @move(
        LineState.SUBMITTED, LineState.REJECTED, label=_("Reject"), past=_("rejected"), permission="requests.approve",
        tone="danger", form="srm.flow.forms.ReasonForm", notice="requests.rejected", guards=(guards.not_own,),
        hidden=True,
    )  # fmt: skip
    def reject(self) -> None:
        """It ends here."""

    @move(
        LineState.APPROVED, LineState.SUBMITTED, label=_("Change after approval"), past=_("asked for approval again"),
        permission="requests.edit", guards=(guards.is_own, guards.nothing_allocated), hidden=True,
    )  # fmt: skip
    def ask_anew(self) -> None:
        """Something else is needed than what was approved. Only `amend_request` comes here."""

    @move(
        LineState.APPROVED, LineState.RETURNED, label=_("Give back"), past=_("given back"),
        permission="requests.process", form="srm.flow.forms.ReasonForm", guards=(guards.nothing_allocated,),
        hidden=True,
    )  # fmt: skip
    def give_back(self) -> None:
        """It cannot be bought as it is written: the requester changes it and sends it again."""

    @move(
        LineState.APPROVED, LineState.CLOSED, label=pgettext_lazy("move", "Cut short"), past=_("cut short"),
        permission="requests.process", form="srm.flow.forms.ReasonForm", notice="requests.closed",
        guards=(guards.something_open,),
    )  # fmt: skip
    def close_short(self) -> None:
        """What is not yet planned is given up; what is on its way still comes."""

    @move(
        [LineState.DRAFT, LineState.SUBMITTED, LineState.RETURNED, LineState.APPROVED], LineState.CANCELLED,
        label=_("Cancel"), past=_("cancelled"), permission="requests.cancel", tone="danger",
        form="srm.flow.forms.ReasonForm", notice="requests.cancelled",
        guards=(guards.is_own_or_buyer, guards.nothing_allocated),
    )  # fmt: skip
    def cancel(self) -> None:
        """Nothing of it was bought yet."""

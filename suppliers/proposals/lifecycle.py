"""A proposal is written, sent, and accepted, accepted in part, declined or withdrawn."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from srm.core.actor import Actor
from srm.flow.lifecycle import Lifecycle, move, state_field


class ProposalState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SENT = "sent", _("Sent")
    ACCEPTED = "accepted", _("Accepted")
    PARTLY = "partly", _("Accepted in part")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


def has_lines(document: Any, actor: Actor) -> object:
    """A proposal says something."""
    return None if document.lines.exists() else _("Add at least one price.")


def not_blocked(document: Any, actor: Actor) -> object:
    """Nothing new with a supplier who is blocked."""
    return _("This supplier is blocked.") if document.supplier.state == "blocked" else None


class ProposalLifecycle(Lifecycle):
    State = ProposalState
    state = state_field(ProposalState, ProposalState.DRAFT)

    class Meta:
        abstract = True

    @move(
        ProposalState.DRAFT, ProposalState.SENT, label=_("Send"), past=_("sent"), permission="portal.prices",
        tone="primary", guards=[has_lines, not_blocked], notice="proposals.sent",
    )  # fmt: skip
    def send(self) -> None:
        """The buyers see it now."""

    @move(
        [ProposalState.DRAFT, ProposalState.SENT], ProposalState.WITHDRAWN, label=_("Withdraw"), past=_("withdrawn"),
        permission="portal.prices", tone="danger",
    )  # fmt: skip
    def withdraw(self) -> None:
        """The supplier no longer proposes it."""

    @move(
        ProposalState.SENT, ProposalState.ACCEPTED, label=_("Accept all"), past=_("accepted"),
        permission="items.edit", tone="primary", guards=[not_blocked], notice="proposals.decided",
    )  # fmt: skip
    def accept(self) -> None:
        """Every line becomes a price."""

    @move(
        ProposalState.SENT, ProposalState.PARTLY, label=_("Accept in part"), past=_("accepted in part"),
        permission="items.edit", guards=[not_blocked], notice="proposals.decided", hidden=True,
    )  # fmt: skip
    def accept_some(self) -> None:
        """Some lines become prices, the others are declined with a reason each."""

    @move(
        ProposalState.SENT, ProposalState.DECLINED, label=_("Decline"), past=_("declined"), permission="items.edit",
        tone="danger", form="srm.flow.forms.ReasonForm", notice="proposals.decided",
    )  # fmt: skip
    def decline(self) -> None:
        """Everything stays as it is."""

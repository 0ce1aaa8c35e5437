"""An offer is drafted, submitted (again), withdrawn; opened, admitted or rejected; won or lost."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from procurement.bids import guards
from srm.flow.lifecycle import Lifecycle, move, state_field


class BidState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    OPENED = "opened", _("Opened")
    REJECTED = "rejected", _("Not admitted")
    WON = "won", _("Won")
    LOST = "lost", _("Not chosen")


class BidLifecycle(Lifecycle):
    State = BidState
    state = state_field(BidState, BidState.DRAFT)

    class Meta:
        abstract = True

    @move(
        [BidState.DRAFT, BidState.SUBMITTED, BidState.WITHDRAWN], BidState.SUBMITTED, label=_("Submit"),
        past=_("submitted"), permission="portal.bid", tone="primary", hidden=True,
        guards=(guards.before_deadline,),
    )  # fmt: skip
    def submit(self) -> None:
        """The sealed envelope is stored by bids.services.submit."""

    @move(
        BidState.SUBMITTED, BidState.WITHDRAWN, label=_("Withdraw"), past=_("withdrawn"), permission="portal.bid",
        tone="danger", ask=_("Your offer no longer counts. You can submit again until the deadline."),
        guards=(guards.before_deadline,),
    )  # fmt: skip
    def withdraw(self) -> None:
        """It is not opened."""

    @move(
        BidState.SUBMITTED, BidState.OPENED, label=_("Open"), past=_("opened"), permission="tenders.open", hidden=True,
        guards=(guards.after_deadline,),
    )  # fmt: skip
    def open(self) -> None:
        """Its lines are written."""

    @move(
        BidState.OPENED, BidState.REJECTED, label=_("Do not admit"), past=_("not admitted"),
        permission="tenders.evaluate", tone="danger", form="srm.flow.forms.ReasonForm",
        guards=(guards.tender_in_evaluation,),
    )  # fmt: skip
    def reject(self) -> None:
        """It is out of the comparison, with a reason."""

    @move(
        BidState.REJECTED, BidState.OPENED, label=_("Admit again"), past=_("admitted again"),
        permission="tenders.evaluate", form="srm.flow.forms.ReasonForm", guards=(guards.tender_in_evaluation,),
    )  # fmt: skip
    def readmit(self) -> None:
        """The reason was wrong."""

    @move(
        [BidState.OPENED, BidState.LOST], BidState.WON, label=_("Win"), past=_("won"), permission="awards.approve",
        hidden=True,
    )  # fmt: skip
    def win(self) -> None:
        """Done by the award room."""

    @move(
        [BidState.OPENED, BidState.REJECTED], BidState.LOST, label=_("Lose"), past=_("not chosen"),
        permission="awards.approve", hidden=True,
    )  # fmt: skip
    def lose(self) -> None:
        """Done by the award room."""

"""A receipt is drafted, posted, and, where it was wrong, reversed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from srm.core.actor import Actor
from srm.flow.lifecycle import Lifecycle, move, state_field


class ReceiptState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    POSTED = "posted", _("Posted")
    REVERSED = "reversed", _("Reversed")


def not_buyer(receipt, actor: Actor) -> object:
    """Who orders does not receive."""
    order = receipt.order
    if actor.kind != "system" and order.buyer and actor.person_id == order.buyer.person_id:
        return _("Who orders does not receive. The storekeeper posts it.")
    return None


def for_own_need(receipt, actor: Actor) -> object:
    """A service is confirmed by who asked for it, or by whom he named to accept it."""
    for line in receipt.lines.select_related("need__request"):
        if line.need is None or actor.user_id not in {line.need.request.requester_id, line.need.accepts_by_id}:
            return _("Who asked for it confirms it, or who accepts it for him.")
    return None


def has_quantity(receipt, _actor: Actor) -> object:
    """An empty receipt receives nothing."""
    return None if receipt.lines.exists() else _("Enter what came on at least one line.")


class ReceiptLifecycle(Lifecycle):
    State = ReceiptState
    state = state_field(ReceiptState, ReceiptState.DRAFT)

    class Meta:
        abstract = True

    @move(
        ReceiptState.DRAFT, ReceiptState.POSTED, label=_("Post"), past=_("posted"), permission="receipts.post",
        tone="primary", notice="receipts.posted", guards=(has_quantity, not_buyer),
    )  # fmt: skip
    def post(self) -> None:
        """Stock, ledger, budget and performance follow."""

    @move(
        ReceiptState.DRAFT, ReceiptState.POSTED, label=_("Confirm"), past=_("confirmed"), permission="receipts.confirm",
        tone="primary", notice="receipts.confirmed", guards=(has_quantity, not_buyer, for_own_need), hidden=True,
    )  # fmt: skip
    def confirm(self) -> None:
        """The same, said by the one whose need it is; from his request, so it has no button of its own."""

    @move(
        ReceiptState.POSTED, ReceiptState.REVERSED, label=_("Reverse"), past=_("reversed"),
        permission="receipts.reverse", tone="danger", form="srm.flow.forms.ReasonForm",
    )  # fmt: skip
    def reverse(self) -> None:
        """Everything the posting did is taken back by counter-entries."""

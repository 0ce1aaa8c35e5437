"""An order is drafted, approved, sent, confirmed by the supplier, closed; or cancelled."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from procurement.orders import guards
from srm.flow.lifecycle import Lifecycle, move, state_field


class OrderState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    APPROVED = "approved", _("Approved")
    SENT = "sent", _("Sent")
    CONFIRMED = "confirmed", _("Confirmed")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Cancelled")


class OrderLifecycle(Lifecycle):
    State = OrderState
    state = state_field(OrderState, OrderState.DRAFT)

    class Meta:
        abstract = True

    @move(
        OrderState.DRAFT, OrderState.APPROVED, label=_("Approve"), past=_("approved"), permission="orders.approve",
        tone="primary", notice="orders.approved", guards=(guards.has_lines, guards.not_author, guards.payer_named),
    )  # fmt: skip
    def approve(self) -> None:
        """An order from a final award comes approved: the award was."""

    @move(
        OrderState.APPROVED, OrderState.SENT, label=_("Send to supplier"), past=_("sent"), permission="orders.send",
        tone="primary", notice="orders.sent", guards=(guards.supplier_usable, guards.payer_named),
    )  # fmt: skip
    def send(self) -> None:
        """The supplier is told and can confirm; the budget turns from reserved to ordered."""

    @move(
        OrderState.SENT, OrderState.CONFIRMED, label=_("Confirm"), past=_("confirmed"), permission="portal.confirm",
        tone="primary", notice="orders.confirmed", form="procurement.orders.forms.ConfirmForm",
        guards=(guards.is_supplier,),
    )  # fmt: skip
    def confirm(self) -> None:
        """The supplier promises quantities and dates."""

    @move(
        [OrderState.SENT, OrderState.CONFIRMED], OrderState.CLOSED, label=_("Close"), past=_("closed"),
        permission="orders.edit", form="srm.flow.forms.ReasonForm",
    )  # fmt: skip
    def close(self) -> None:
        """Nothing more is expected, what did not come is open in the demand again; by itself when everything came."""

    @move(
        OrderState.CLOSED, OrderState.SENT, label=_("Reopen"), past=_("reopened"), permission="orders.edit",
        form="srm.flow.forms.ReasonForm", hidden=True,
    )  # fmt: skip
    def reopen(self) -> None:
        """A receipt was reversed: the supplier owes the goods again. Done by the system."""

    @move(
        [OrderState.DRAFT, OrderState.APPROVED, OrderState.SENT, OrderState.CONFIRMED], OrderState.CANCELLED,
        label=_("Cancel"), past=_("cancelled"), permission="orders.cancel", tone="danger",
        form="srm.flow.forms.ReasonForm", notice="orders.cancelled", guards=(guards.nothing_received,),
    )  # fmt: skip
    def cancel(self) -> None:
        """The needs behind it are open again."""

"""A batch is drafted, sealed, delivered, confirmed by the accounting system."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from srm.flow.lifecycle import Lifecycle, move, state_field


class LedgerState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SEALED = "sealed", pgettext_lazy("batch", "Sealed")
    DELIVERED = "delivered", _("Delivered")
    CONFIRMED = "confirmed", _("Confirmed")


def has_entries(export, _actor) -> object:
    """An empty batch tells nobody anything."""
    return None if export.entries.exists() else _("No posted receipts of this period are waiting for an export.")


class LedgerLifecycle(Lifecycle):
    State = LedgerState
    state = state_field(LedgerState, LedgerState.DRAFT)

    class Meta:
        abstract = True

    @move(
        LedgerState.DRAFT, LedgerState.SEALED, label=_("Seal"), past=_("sealed"), permission="ledger.seal",
        tone="primary", guards=(has_entries,), ask=_("A sealed batch never changes."),
    )  # fmt: skip
    def seal(self) -> None:
        """Files, totals and hash are written."""

    @move(
        LedgerState.SEALED, LedgerState.DELIVERED, label=_("Mark as delivered"), past=_("delivered"),
        permission="ledger.deliver",
    )  # fmt: skip
    def deliver(self) -> None:
        """It was handed to the accounting system."""

    @move(
        LedgerState.DELIVERED, LedgerState.CONFIRMED, label=_("Confirm"), past=_("confirmed"),
        permission="ledger.confirm", tone="primary",
    )  # fmt: skip
    def confirm(self) -> None:
        """The accounting system took it, totals agree."""

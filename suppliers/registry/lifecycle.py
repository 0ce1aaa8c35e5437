"""A supplier applies, is active, is suspended for a time, or blocked."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from srm.flow.lifecycle import Lifecycle, move, state_field


class SupplierState(models.TextChoices):
    APPLICANT = "applicant", _("Applicant")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    BLOCKED = "blocked", _("Blocked")


class SupplierLifecycle(Lifecycle):
    State = SupplierState
    state = state_field(SupplierState, SupplierState.APPLICANT)

    class Meta:
        abstract = True

    @move(
        SupplierState.APPLICANT, SupplierState.ACTIVE, label=_("Accept"), past=_("accepted"),
        permission="registry.edit", tone="primary", notice="registry.accepted",
    )  # fmt: skip
    def accept(self) -> None:
        """From now on it can be invited and ordered from."""

    @move(
        SupplierState.ACTIVE, SupplierState.SUSPENDED, label=_("Suspend"), past=_("suspended"),
        permission="registry.block", tone="danger", form="suppliers.registry.forms.SuspendForm",
        notice="registry.standing",
    )  # fmt: skip
    def suspend(self) -> None:
        """No new invitations and orders until the date given; running orders go on."""

    @move(
        [SupplierState.ACTIVE, SupplierState.SUSPENDED, SupplierState.APPLICANT], SupplierState.BLOCKED,
        label=_("Block"), past=_("blocked"), permission="registry.block", tone="danger",
        form="srm.flow.forms.ReasonForm", notice="registry.standing",
    )  # fmt: skip
    def block(self) -> None:
        """Nothing new with this supplier."""

    @move(
        [SupplierState.SUSPENDED, SupplierState.BLOCKED], SupplierState.ACTIVE, label=_("Reinstate"),
        past=_("reinstated"), permission="registry.block", form="srm.flow.forms.ReasonForm", notice="registry.standing",
    )  # fmt: skip
    def reinstate(self) -> None:
        """It can be invited and ordered from again."""

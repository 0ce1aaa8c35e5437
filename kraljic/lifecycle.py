"""An assessment is computed, approved, and superseded by the next."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from srm.flow.lifecycle import Lifecycle, move, state_field


class AssessmentState(models.TextChoices):
    DRAFT = "draft", _("Computed")
    APPROVED = "approved", _("Approved")
    SUPERSEDED = "superseded", _("Superseded")


class AssessmentLifecycle(Lifecycle):
    State = AssessmentState
    state = state_field(AssessmentState, AssessmentState.DRAFT)

    class Meta:
        abstract = True

    @move(
        AssessmentState.DRAFT, AssessmentState.APPROVED, label=_("Approve"), past=_("approved"),
        permission="kraljic.approve", tone="primary",
    )  # fmt: skip
    def approve(self) -> None:
        """Segments of categories and suppliers are set from it."""

    @move(
        AssessmentState.APPROVED, AssessmentState.SUPERSEDED, label=_("Supersede"), past=_("superseded"),
        permission="kraljic.approve", hidden=True,
    )  # fmt: skip
    def supersede(self) -> None:
        """A newer one was approved."""

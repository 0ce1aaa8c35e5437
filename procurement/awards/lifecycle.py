"""An award is proposed, approved by another person and becomes final; or it is dropped."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from srm.core.actor import Actor
from srm.flow.lifecycle import Lifecycle, move, state_field


class AwardState(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    FINAL = "final", _("Final")
    DROPPED = "dropped", _("Not approved")


def not_author(award, actor: Actor) -> object:
    """Four eyes: who proposed it cannot approve it."""
    if actor.kind != "system" and award.created_by and actor.person_id == award.created_by.person_id:
        return _("Who proposed the award cannot approve it.")
    return None


class AwardLifecycle(Lifecycle):
    State = AwardState
    state = state_field(AwardState, AwardState.PROPOSED)

    class Meta:
        abstract = True

    @move(
        AwardState.PROPOSED, AwardState.FINAL, label=_("Approve award"), past=_("approved the award"),
        permission="awards.approve", tone="primary", notice="awards.final", guards=(not_author,),
        ask=_("Orders are written and the bidders are told their result."),
    )  # fmt: skip
    def approve(self) -> None:
        """Orders follow."""

    @move(
        AwardState.PROPOSED, AwardState.DROPPED, label=_("Send back"), past=_("sent the award back"),
        permission="awards.approve", tone="danger", form="srm.flow.forms.ReasonForm", notice="awards.dropped",
    )  # fmt: skip
    def drop(self) -> None:
        """The evaluation goes on."""

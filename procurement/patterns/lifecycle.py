"""A recurrence runs, rests, or has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from srm.core.actor import Actor
from srm.flow.lifecycle import Lifecycle, move, state_field

if TYPE_CHECKING:
    from procurement.patterns.models import Recurrence


class RecurrenceState(models.TextChoices):
    RUNNING = "running", pgettext_lazy("recurrence", "Running")
    PAUSED = "paused", _("Paused")
    ENDED = "ended", _("Ended")


def is_owner(recurrence: Recurrence, actor: Actor) -> object:
    """Requests are made in the owner's name: only he says when."""
    if actor.kind == "system" or actor.user_id == recurrence.owner_id:
        return None
    return _("Only %(who)s can do this.") % {"who": recurrence.owner.name}


class RecurrenceLifecycle(Lifecycle):
    State = RecurrenceState
    state = state_field(RecurrenceState, RecurrenceState.RUNNING)

    class Meta:
        abstract = True

    @move(
        RecurrenceState.RUNNING, RecurrenceState.PAUSED, label=_("Pause"), past=_("paused"),
        permission="requests.create", guards=(is_owner,),
    )  # fmt: skip
    def pause(self) -> None:
        """Nothing is asked for until it is resumed."""

    @move(
        RecurrenceState.PAUSED, RecurrenceState.RUNNING, label=_("Resume"), past=_("resumed"),
        permission="requests.create", tone="primary", guards=(is_owner,),
    )  # fmt: skip
    def resume(self) -> None:
        """It goes on with the next due day; what was missed is not made up for."""

    @move(
        [RecurrenceState.RUNNING, RecurrenceState.PAUSED], RecurrenceState.ENDED, label=_("End it"), past=_("ended"),
        permission="requests.create", tone="danger", guards=(is_owner,),
        ask=_("It will not ask any more. The requests it made stay."),
    )  # fmt: skip
    def end(self) -> None:
        """It is over."""

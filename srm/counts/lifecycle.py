"""A count is drafted, counted, posted; or dropped."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from srm.core.actor import Actor
from srm.flow.lifecycle import Lifecycle, move, state_field


class CountState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    COUNTING = "counting", _("Being counted")
    POSTED = "posted", _("Posted")
    CANCELLED = "cancelled", _("Cancelled")


def something_counted(count, _actor: Actor) -> object:
    """A sheet without figures says nothing."""
    return None if count.lines.filter(counted__isnull=False).exists() else _("Nothing was counted yet.")


class CountLifecycle(Lifecycle):
    State = CountState
    state = state_field(CountState, CountState.DRAFT)

    class Meta:
        abstract = True

    @move(
        CountState.DRAFT, CountState.COUNTING, label=pgettext_lazy("counting", "Start"), past=_("started the count"),
        permission="counts.edit", tone="primary",
    )  # fmt: skip
    def start(self) -> None:
        """What the books say is written down."""

    @move(
        CountState.COUNTING, CountState.POSTED, label=_("Write the differences"), past=_("wrote the differences"),
        permission="counts.post", tone="primary", guards=(something_counted,),
        ask=_("Every difference becomes an adjustment. Lines without a figure stay as they are."),
    )  # fmt: skip
    def post(self) -> None:
        """Each difference becomes an adjustment."""

    @move(
        [CountState.DRAFT, CountState.COUNTING], CountState.CANCELLED, label=_("Cancel"), past=_("cancelled"),
        permission="counts.edit", tone="danger", form="srm.flow.forms.ReasonForm",
    )  # fmt: skip
    def cancel(self) -> None:
        """The books stay as they are."""

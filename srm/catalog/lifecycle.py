"""An item is drafted, used, blocked, or replaced by another."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from srm.flow.lifecycle import Lifecycle, move, state_field


class ItemState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    ACTIVE = "active", _("Active")
    BLOCKED = "blocked", _("Blocked")


class ItemLifecycle(Lifecycle):
    State = ItemState
    state = state_field(ItemState, ItemState.DRAFT)

    class Meta:
        abstract = True

    @move(
        [ItemState.DRAFT, ItemState.BLOCKED], ItemState.ACTIVE, label=_("Activate"), past=_("activated"),
        permission="catalog.edit", tone="primary",
    )  # fmt: skip
    def activate(self) -> None:
        """From now on it can be requested."""

    @move(
        ItemState.ACTIVE, ItemState.BLOCKED, label=_("Block"), past=_("blocked"), permission="catalog.edit",
        tone="danger", form="srm.flow.forms.ReasonForm",
    )  # fmt: skip
    def block(self) -> None:
        """It stays in old documents, and nobody can request it."""

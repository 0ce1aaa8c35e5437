"""An item is drafted, used, blocked, replaced by another, or merged into one that is the same thing."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from srm.flow.lifecycle import Lifecycle, move, state_field


class ItemState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    ACTIVE = "active", _("Active")
    BLOCKED = "blocked", _("Blocked")
    MERGED = "merged", _("Merged")


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

    @move(
        [ItemState.DRAFT, ItemState.ACTIVE, ItemState.BLOCKED], ItemState.MERGED, label=_("Merge"), past=_("merged"),
        permission="catalog.merge", hidden=True,
    )  # fmt: skip
    def merge(self) -> None:
        """It was the same thing as another item, and leads there; performed by the merge alone."""

    @move(
        ItemState.MERGED, ItemState.DRAFT, label=_("Undo the merge"), past=_("merge undone"),
        permission="catalog.merge", hidden=True,
    )  # fmt: skip
    def restore_draft(self) -> None:
        """The merge is undone: it is a draft again."""

    @move(
        ItemState.MERGED, ItemState.ACTIVE, label=_("Undo the merge"), past=_("merge undone"),
        permission="catalog.merge", hidden=True,
    )  # fmt: skip
    def restore_active(self) -> None:
        """The merge is undone: it is in use again."""

    @move(
        ItemState.MERGED, ItemState.BLOCKED, label=_("Undo the merge"), past=_("merge undone"),
        permission="catalog.merge", hidden=True,
    )  # fmt: skip
    def restore_blocked(self) -> None:
        """The merge is undone: it is blocked again."""

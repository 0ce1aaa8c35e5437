"""The bell in every page's frame."""

from collections.abc import Iterator

from django.urls import reverse

from srm.core.actor import Actor
from srm.notify.selectors import unread_count
from srm.ui.slots import provides


@provides("bell")
def bell(actor: Actor) -> Iterator[tuple[int, str]]:
    """How many notices wait, and where they are; suppliers find theirs in the portal."""
    if actor.may("notify.view"):
        yield unread_count(actor), reverse("notify:notice-list")

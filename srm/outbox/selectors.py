"""Reading the feed and the state of deliveries."""

from __future__ import annotations

from django.db.models import Count, Min
from django.utils.translation import gettext_lazy as _

from srm.core.actor import Actor
from srm.core.errors import DomainError
from srm.outbox.models import Delivery, OutboxEvent
from srm.outbox.services import WHY


class FeedGone(DomainError):
    """The cursor lies before what is still kept."""

    status = 410
    code = "feed-gone"
    default = _("Changes this old are no longer kept. Load the full list once, then follow the feed from here.")


def changes(actor: Actor, *, after: int = 0, limit: int = 200) -> list[OutboxEvent]:
    """Events numbered above `after`, oldest first.

    Raises:
        FeedGone: some of them have been cleaned away already.
    """
    oldest = OutboxEvent.objects.unscoped(WHY).aggregate(first=Min("sequence"))["first"]
    if oldest is not None and after < oldest - 1 and after > 0:
        raise FeedGone
    return list(OutboxEvent.objects.visible_to(actor).filter(sequence__gt=after).order_by("sequence")[:limit])


def counts() -> dict[str, int]:
    """How many deliveries are in each state that needs attention."""
    rows = Delivery.objects.unscoped(WHY).filter(state__in=[Delivery.State.PENDING, Delivery.State.PARKED])
    found = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    return {"pending": found.get("pending", 0), "parked": found.get("parked", 0)}

"""Reading inboxes and choices."""

from __future__ import annotations

from srm.core.actor import Actor
from srm.notify import registry
from srm.notify.models import Notice, Subscription

MOST = 100


def unread_count(actor: Actor) -> int:
    """How many notices wait; counted to a hundred, more nobody reads off a bell."""
    return Notice.objects.visible_to(actor).filter(read_at=None)[:MOST].count()


def choices_of(actor: Actor) -> list[tuple[registry.NoticeKind, str]]:
    """The kinds that concern the actor, each with the channel in force."""
    rows = Subscription.objects.filter(user_id=actor.user_id) if actor.user_id else Subscription.objects.none()
    chosen = dict(rows.values_list("kind", "channel"))
    mine = [kind for kind in registry.KINDS.values() if actor.kind in kind.audience]
    mine.sort(key=lambda kind: (str(kind.group), str(kind.label)))
    return [(kind, chosen.get(kind.code, kind.channel)) for kind in mine]

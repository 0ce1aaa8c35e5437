"""Items somebody asks for often: starred on the item's page, offered first when he asks."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from procurement.requests.models import Favourite
from srm.catalog.lifecycle import ItemState
from srm.catalog.lookups import VIEW, Offer, offers_of
from srm.catalog.models import Item
from srm.core.actor import Actor
from srm.core.errors import RuleBroken
from srm.core.search import fold
from srm.flow import records, uow
from srm.people.models import User
from srm.ui import lookups
from srm.ui.lookups import MOST, lookup

MOST_STARRED = 200


def star(item: Item, *, actor: Actor, starred: bool = True) -> bool:
    """Make `item` a favourite of the actor's, or end that; whether anything changed.

    Raises:
        RuleBroken: he has too many already.
    """
    uow.require()
    # His own account is the lock: two clicks at once make one star.
    user = User.objects.select_for_update().get(pk=actor.user_id)
    rows = Favourite.objects.unscoped("the actor's own").filter(user=user)
    if rows.filter(item=item).exists() == starred:
        return False
    if starred and rows.count() >= MOST_STARRED:
        raise RuleBroken([_("You have %(n)d favourites. Remove one first.") % {"n": MOST_STARRED}])
    if starred:
        records.create(Favourite, actor=actor, user=user, item=item)
    else:
        records.remove(rows.get(item=item), actor=actor)
    return True


def is_starred(item: Item, actor: Actor) -> bool:
    """Whether it is one of the actor's favourites."""
    return Favourite.objects.visible_to(actor).filter(item=item).exists()


def starred_items(actor: Actor) -> list[Item]:
    """The actor's favourites that are in use, by name."""
    rows = Item.objects.visible_to(actor).filter(state=ItemState.ACTIVE)
    own = Favourite.objects.visible_to(actor).values("item")
    return list(rows.filter(pk__in=own).select_related("category", "base_unit").order_by("article"))


@lookup("needed-items", model=Item, permission=VIEW)
def needed_items(actor: Actor, text: str) -> Iterator[Offer | lookups.Option]:
    """The actor's favourites first, then what the catalog offers."""
    words = fold(text).split()
    starred = [item for item in starred_items(actor) if all(word in item.search_text for word in words)][:MOST]
    known = {item.public_id for item in starred}
    for value, label, hint, data in offers_of(starred):
        yield value, label, f"★ {hint}", data
    for offer in lookups.get("items").search(actor, text):
        if offer.value not in known:
            yield offer

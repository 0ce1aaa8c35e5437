"""Everything that was founded, by the names the data uses, and the hands of those who act."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from srm.catalog.models import Category, Item, Unit
from srm.core.actor import Actor
from srm.home.demo.calendar import Calendar
from srm.home.demo.chance import Chance
from srm.home.demo.plan import Plan
from srm.home.demo.words import Text
from srm.people.actors import actor_for
from srm.people.models import CostCenter, Department, LegalEntity, Place, User
from srm.stock.models import Warehouse
from suppliers.portal.models import MagicLink
from suppliers.registry.models import Contact, Supplier

TONGUES = {"en": 0, "ru": 1, "bg": 2}
# What the holder of a magic link may do; see the rooms' link_purpose().
BY_LINK = frozenset({"portal.view", "portal.bid", "portal.read_bids", "portal.orders", "portal.confirm"})
WHY = "the demo company plays everybody's part"


@dataclass
class World:
    """The firm as it was founded."""

    chance: Chance
    calendar: Calendar
    plan: Plan
    entity: LegalEntity = field(init=False)
    places: dict[str, Place] = field(default_factory=dict)
    stores: dict[str, Warehouse] = field(default_factory=dict)
    departments: dict[str, Department] = field(default_factory=dict)
    centers: dict[str, CostCenter] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    categories: dict[str, Category] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    suppliers: dict[str, Supplier] = field(default_factory=dict)
    contacts: dict[int, Contact] = field(default_factory=dict)
    members: dict[int, User] = field(default_factory=dict)
    _actors: dict[int, Actor] = field(default_factory=dict)

    def actor(self, key: str) -> Actor:
        """A member of the staff as an actor; roles do not change while the history is played."""
        return self.actor_of(self.people[key])

    def actor_of(self, user: User) -> Actor:
        """An account as an actor."""
        if user.pk not in self._actors:
            self._actors[user.pk] = actor_for(user)
        return self._actors[user.pk]

    def hand_of(self, supplier: Supplier, document: Any) -> Actor:
        """Who acts for a supplier: its administrator, or whoever follows the link of the document's mail."""
        if supplier.pk in self.members:
            return self.actor_of(self.members[supplier.pk])
        contact = self.contacts[supplier.pk]
        links = MagicLink.objects.unscoped(WHY).filter(
            supplier=supplier, document_kind=document._meta.label_lower, document_id=document.public_id
        )
        link = links.order_by("pk").first()
        return Actor(
            kind="link", person_id=f"link:{link.pk if link else 0}", name=contact.name, supplier_id=supplier.pk,
            permissions=BY_LINK, language=contact.language,
            scope=((document._meta.label_lower, document.public_id),),
        )  # fmt: skip

    def supplier(self, key: str) -> Supplier:
        """A supplier by the key of those with accounts, or by name."""
        return self.suppliers[key]

    def say(self, texts: Text, actor: Actor) -> str:
        """The text in the language of the one who writes it."""
        return texts[TONGUES.get(actor.language, 0)]

    def fresh(self, row: Any) -> Any:
        """The row as it is now."""
        return type(row)._base_manager.get(pk=row.pk)

    def as_owner(self, actor: Actor, **changes: Any) -> Actor:
        """The same actor with other marks."""
        return replace(actor, **changes)

"""Cards that upper rooms put on a document's page in the portal.

@portal_card(PurchaseOrder)
def materials(order, actor): return Card(_("Materials"), "procurement/subcontracting/_portal_card.html", {...})
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from srm.core.actor import Actor


@dataclass(frozen=True)
class Card:
    """A heading, and the template with what it shows."""

    title: object
    template: str
    context: dict[str, Any]


Provider = Callable[[Any, Actor], Card | None]
_providers: dict[type[Model], list[Provider]] = defaultdict(list)


def portal_card(model: type[Model]) -> Callable[[Provider], Provider]:
    """Let `fn(document, actor) -> Card or None` add to the portal page of each document of `model`."""

    def register(function: Provider) -> Provider:
        _providers[model].append(function)
        return function

    return register


def cards_of(document: Model, actor: Actor) -> list[Card]:
    """What upper rooms have to show of a document to its supplier."""
    return [card for provider in _providers[type(document)] if (card := provider(document, actor)) is not None]

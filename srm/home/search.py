"""Search over everything the actor may see: a few of each kind, the best first by number or name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from procurement.orders.models import PurchaseOrder
from procurement.requests.models import PurchaseRequest
from procurement.tenders.models import Tender
from srm.catalog.models import Item
from srm.core.actor import Actor
from srm.core.search import ranks
from suppliers.registry.models import Supplier

MOST = 8
# permission, heading, model
KINDS = (
    ("requests.view", _("Requests"), PurchaseRequest),
    ("catalog.view", _("Items"), Item),
    ("registry.view", _("Suppliers"), Supplier),
    ("tenders.view", _("Tenders"), Tender),
    ("orders.view", _("Orders"), PurchaseOrder),
)


@dataclass(frozen=True)
class Found:
    """Hits of one kind."""

    title: Any
    rows: list


def find(actor: Actor, text: str) -> list[Found]:
    """Hits by kind, empty kinds left out; a text shorter than two signs finds nothing."""
    if len(text.strip()) < 2:
        return []
    found = []
    for permission, title, model in KINDS:
        if actor.may(permission):
            order = ("match", "-pk") if ranks(model, text) else ("-pk",)
            rows = list(_visible(model, actor).best(text).order_by(*order)[:MOST])
            if rows:
                found.append(Found(title, rows))
    return found


def _visible(model: Any, actor: Actor) -> Any:
    return model.objects.visible_to(actor)

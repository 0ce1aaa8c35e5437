"""What pickers offer of the firm: departments, cost centres, legal entities, places, people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from srm.core.actor import Actor
from srm.people.models import CostCenter, Department, LegalEntity, Place, User
from srm.ui.lookups import lookup

STAFF = "home.view"
MOST = 20


@lookup("departments", model=Department, permission=STAFF)
def departments(actor: Actor, text: str) -> Iterator[tuple[str, str, str]]:
    """Active departments by code or name, with their place in the tree."""
    for row in _active(Department, text).order_by("path")[:MOST]:
        yield row.public_id, row.name, row.path.strip("/").replace("/", " / ")


@lookup("cost-centers", model=CostCenter, permission=STAFF)
def cost_centers(actor: Actor, text: str) -> Iterator[tuple[str, str, str]]:
    """Active cost centres by code or name."""
    for row in _active(CostCenter, text).order_by("code")[:MOST]:
        yield row.public_id, f"{row.code} {row.name}", ""


@lookup("legal-entities", model=LegalEntity, permission=STAFF)
def legal_entities(actor: Actor, text: str) -> Iterator[tuple[str, str, str]]:
    """Active firms of the group."""
    for row in _active(LegalEntity, text).order_by("code")[:MOST]:
        yield row.public_id, row.name, row.code


@lookup("places", model=Place, permission=STAFF)
def places(actor: Actor, text: str) -> Iterator[tuple[str, str, str]]:
    """Active delivery places."""
    for row in _active(Place, text).order_by("code")[:MOST]:
        yield row.public_id, row.name, row.address.split("\n")[0][:80]


@lookup("users", model=User, permission=STAFF)
def users(actor: Actor, text: str) -> Iterator[tuple[str, str, str]]:
    """Staff with an open account, by name or address."""
    found = _active(User, text).filter(kind=User.Kind.STAFF).select_related("department").order_by("name", "pk")
    for row in found[:MOST]:
        yield row.public_id, row.name, row.department.name if row.department else row.email


def _active(model: Any, text: str) -> QuerySet:
    return model.objects.filter(is_active=True).search(text)

"""Who is told of what happens to a supplier."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from srm.core.actor import Actor
from srm.notify.registry import Told, notice
from suppliers.registry.models import Supplier
from suppliers.registry.selectors import users_of


@notice(
    "registry.accepted", Supplier, "accept", label=_("Your firm was accepted"), audience=("supplier",), channel="mail"
)
def accepted(supplier: Supplier, *, actor: Actor, **_details: object) -> Told | None:
    """Its own people learn that they can now be invited."""
    users = users_of([supplier]).get(supplier.pk, [])
    return Told(
        users, subject=_("{supplier} was accepted"), values={"supplier": supplier.name}, url="/portal/",
        body=_("You can now be invited to tenders and receive orders."), button=_("Open the portal"),
    )  # fmt: skip


@notice(
    "registry.standing", Supplier, "suspend", label=_("A supplier I work with was suspended, blocked or reinstated"),
)  # fmt: skip
def suspended(supplier: Supplier, *, actor: Actor, until: object = None, reason: str = "", **_details: object) -> Told:
    """Who keeps the supplier's record learns of it."""
    return Told(
        [supplier.created_by], subject=_("{supplier} is suspended until {until}"), body="{reason}",
        values={"supplier": supplier.name, "until": until, "reason": reason}, url=supplier.get_absolute_url(),
    )  # fmt: skip


@notice("registry.standing", Supplier, "block")
def blocked(supplier: Supplier, *, actor: Actor, reason: str = "", **_details: object) -> Told:
    """Who keeps the supplier's record learns of it."""
    return Told(
        [supplier.created_by], subject=_("{supplier} is blocked"), body="{reason}",
        values={"supplier": supplier.name, "reason": reason}, url=supplier.get_absolute_url(),
    )  # fmt: skip


@notice("registry.standing", Supplier, "reinstate")
def reinstated(supplier: Supplier, *, actor: Actor, reason: str = "", **_details: object) -> Told:
    """Who keeps the supplier's record learns of it."""
    return Told(
        [supplier.created_by], subject=_("{supplier} is active again"), body="{reason}",
        values={"supplier": supplier.name, "reason": reason}, url=supplier.get_absolute_url(),
    )  # fmt: skip

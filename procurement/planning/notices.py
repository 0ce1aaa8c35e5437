"""Who hears that work was handed over, or that a planned need was cancelled."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from procurement.planning.models import DemandLine
from procurement.requests.models import RequestLine
from srm.core.actor import Actor
from srm.notify.registry import kind
from srm.notify.services import tell
from srm.people.models import User
from srm.ui import formats
from srm.ui.links import url_of

ASSIGNED = kind("planning.assigned", _("Work was handed over to me, or by me"), channel="mail").code
CANCELLED = kind("planning.cancelled", _("What I plan is not needed any more"), channel="app").code


def tell_assigned(*, actor: Actor, source: User | None, target: User, done: Mapping[str, int], note: str = "") -> None:
    """Who gets the work, and who had it; `done` says how much of each kind."""
    values = {
        "source": source.name if source else "–", "target": target.name, "n": sum(done.values()), "who": actor.name,
        "note": note,
    }  # fmt: skip
    address = f"{reverse('planning:board')}?mine=on"
    tell(
        [target], kind=ASSIGNED, actor=actor, url=address, button=_("Look"), values=values,
        subject=_("{n} pieces of work are yours now"), body=_("{who} handed them over to you. {note}"),
    )  # fmt: skip
    if source is not None:
        tell(
            [source], kind=ASSIGNED, actor=actor, url=address, button=_("Look"), values=values,
            subject=_("{target} has {n} pieces of your work now"), body=_("{who} handed them over. {note}"),
        )  # fmt: skip


def tell_cancelled(
    line: DemandLine, need: RequestLine, quantity: Decimal, *, actor: Actor, reason: str, dropped: bool
) -> None:
    """Who buys the demand: it asks for less now, or for nothing."""
    demand, body = line.demand, _("{who} cancelled {quantity} of {request}: {reason}. Now {demand} asks for {rest}.")
    if dropped:
        body = _("{who} cancelled {quantity} of {request}: {reason}. Nothing of {demand} is left: it is dropped.")
    buyer = demand.buyer if demand.buyer is not None and demand.buyer.is_active else demand.created_by
    with translation.override(buyer.language if buyer else "en"):
        said = {"quantity": formats.quantity(quantity, line.unit), "rest": formats.quantity(line.quantity, line.unit)}
    tell(
        [buyer], kind=CANCELLED, actor=actor, url=url_of(demand) or "", button=_("Open the demand"), body=body,
        subject=_("Not needed any more: {what}"),
        values={
            "who": actor.name, "request": str(need.request), "reason": reason, "demand": demand.number, "what": str(line),
            **said,
        },
    )  # fmt: skip

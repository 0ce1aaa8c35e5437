"""Who is told that something waits for his decision."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from srm.approvals import selectors
from srm.approvals.models import ApprovalRoute
from srm.core.actor import Actor
from srm.notify.registry import kind
from srm.notify.services import tell
from srm.notify.values import Money

WAITING = kind("approvals.waiting", _("Something waits for my decision"), channel="mail").code


def tell_deciders(route: ApprovalRoute, *, actor: Actor) -> None:
    """Tell everybody a route waits for now, each with the address of the decision page."""
    from srm.ui.links import url_of

    for step in selectors.steps_now(route):
        address = url_of(step) or ""
        tell(
            _asked(route, step), kind=WAITING, actor=actor, url=address, button=_("Decide"),
            subject=_("Please decide: {title}, {amount}"),
            body=_("{requester} asks for {title} ({amount}). It waits for your decision."),
            values={
                "title": str(route), "amount": Money(route.amount, route.currency),
                "requester": route.requester.name if route.requester else actor.name,
            },
        )  # fmt: skip


def _asked(route: ApprovalRoute, step):
    people = selectors.deciders_of(route)
    return [step.user] if step.user else [user for user in people if user.grants.filter(role=step.role).exists()]

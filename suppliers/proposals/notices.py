"""Who hears of a price proposal: the buyers when it is sent, the supplier when it is decided."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from srm.core.actor import Actor
from srm.notify.registry import Told, notice
from srm.people.models import User, UserRole
from srm.people.roles import ROLES
from suppliers.portal.pages import portal_url
from suppliers.proposals.models import DECIDE, PriceProposal
from suppliers.registry.selectors import users_of

DECIDING = [role for role, (_label, rights) in ROLES.items() if DECIDE in rights]


@notice("proposals.sent", PriceProposal, "send", label=_("A supplier proposes prices"))
def tell_buyers(proposal: PriceProposal, *, actor: Actor, **_details: object) -> Told:
    """Whoever may decide."""
    holders = UserRole.objects.filter(role__in=DECIDING).values("user_id")
    return Told(
        to=list(User.objects.filter(pk__in=holders, is_active=True)), subject=_("{supplier} proposes prices: {title}"),
        values={"supplier": proposal.supplier.name, "title": proposal.title}, url=proposal.get_absolute_url(),
    )  # fmt: skip


def _outcome(proposal: PriceProposal, subject: object) -> Told:
    users = users_of([proposal.supplier]).get(proposal.supplier_id, [])
    return Told(
        to=users, subject=subject, body="{reason}", values={"title": proposal.title, "reason": proposal.reason},
        url=portal_url(proposal), button=_("See the answer"),
    )  # fmt: skip


@notice(
    "proposals.decided", PriceProposal, "accept", label=_("Our price proposal was decided"), audience=("supplier",),
    channel="mail",
)  # fmt: skip
def tell_accepted(proposal: PriceProposal, *, actor: Actor, **_details: object) -> Told:
    """The supplier's people."""
    return _outcome(proposal, _("Your prices were accepted: {title}"))


@notice("proposals.decided", PriceProposal, "accept_some")
def tell_accepted_in_part(proposal: PriceProposal, *, actor: Actor, **_details: object) -> Told:
    """The supplier's people."""
    return _outcome(proposal, _("Some of your prices were accepted: {title}"))


@notice("proposals.decided", PriceProposal, "decline")
def tell_declined(proposal: PriceProposal, *, actor: Actor, **_details: object) -> Told:
    """The supplier's people, with the reason."""
    return _outcome(proposal, _("Your prices were declined: {title}"))

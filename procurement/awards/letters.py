"""Who is told of a decision: those who may approve it, and each bidder of his own result and nobody else's."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from procurement.awards.models import Award
from procurement.bids.models import Bid
from procurement.tenders.letters import write_to_invited
from procurement.tenders.models import Invitation
from srm.core.actor import Actor
from srm.notify.registry import kind
from srm.notify.services import tell
from srm.notify.values import Money
from srm.people.models import User
from srm.people.roles import ROLES

kind("awards.proposed", _("An award waits for my approval"), channel="mail")


def approvers() -> QuerySet[User]:
    """Everybody whose role approves awards."""
    roles = [role for role, (_label, granted) in ROLES.items() if "awards.approve" in granted]
    return User.objects.filter(grants__role__in=roles, is_active=True, kind=User.Kind.STAFF).distinct().order_by("name")


def tell_approvers(award: Award, *, actor: Actor) -> None:
    """Those who may approve learn that one waits."""
    tell(
        approvers(), kind="awards.proposed", actor=actor, url=award.get_absolute_url(), button=_("Look and decide"),
        subject=_("Award proposed: {title}, {total}"), body=_("{who} proposes {number}. {reason}"),
        values={
            "title": award.tender.title, "total": Money(award.total, award.currency), "who": actor.name,
            "number": award.number, "reason": award.reason,
        },
    )  # fmt: skip


def tell_bidders(award: Award, bids: Iterable[Bid], *, actor: Actor) -> None:
    """Each bidder learns whether his own offer was chosen."""
    won = {bid.supplier_id for bid in bids if bid.state == "won"}
    lost = {bid.supplier_id for bid in bids} - won
    rows = Invitation.objects.unscoped("each bidder is told his own result").filter(tender=award.tender)
    rows = rows.select_related("supplier", "contact")
    write_to_invited(
        award.tender, rows.filter(supplier_id__in=won), actor=actor, subject=_("Your offer was chosen: {title}"),
        body=_("{firm} has decided on {number}. Your offer was chosen; an order follows."), button=_("See the result"),
    )  # fmt: skip
    write_to_invited(
        award.tender, rows.filter(supplier_id__in=lost), actor=actor, subject=_("Your offer was not chosen: {title}"),
        body=_("{firm} has decided on {number}. Your offer was not chosen this time. Thank you for it."),
        button=_("See the result"),
    )  # fmt: skip

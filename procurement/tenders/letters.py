"""What invited suppliers are told: by mail with a magic link, and in the portal for those with an account.

Never the name or the number of other suppliers, and never a price.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from procurement.tenders.models import Invitation, Tender
from srm.core import clock
from srm.core.actor import Actor
from srm.notify.registry import kind
from srm.notify.services import tell, write_to
from suppliers.portal.links import create_link, link_purpose
from suppliers.portal.pages import portal_url
from suppliers.registry.models import Contact
from suppliers.registry.selectors import receivers, users_of

PURPOSE = "tender"
# Suppliers without an account read their result through the link of the invitation.
LINK_LIVES = dt.timedelta(days=60)

link_purpose(PURPOSE, {"portal.view", "portal.bid", "portal.read_bids"})
kind("tenders.invited", _("A tender I am invited to"), audience=("supplier",))


def links_end(tender: Tender) -> dt.datetime:
    """Until when links to the tender hold."""
    return (tender.deadline or clock.now()) + LINK_LIVES


def invite_by_mail(tender: Tender, invitations: Iterable[Invitation], *, actor: Actor) -> None:
    """The invitation itself."""
    write_to_invited(
        tender, invitations, actor=actor,
        subject=_("{firm} asks for your offer by {deadline}: {title}"),
        body=_("{lines} lines. Your prices are encrypted when you send them and stay closed until the deadline."),
        button=_("See what is needed and make an offer"),
    )  # fmt: skip


def tell_deadline(tender: Tender, *, actor: Actor) -> None:
    """More time for everybody, at once."""
    write_to_invited(
        tender, tender.invited(), actor=actor, subject=_("More time, until {deadline}: {title}"),
        body=_("The deadline of {number} was moved to {deadline}. An offer you have sent stays valid; you may replace it."),
        button=_("Open the tender"),
    )  # fmt: skip


def tell_cancelled(tender: Tender, *, actor: Actor, reason: str) -> None:
    """It will not be bought this way."""
    write_to_invited(
        tender, tender.invited(), actor=actor, subject=_("Cancelled: {title}"),
        body=_("{firm} has cancelled {number}. Reason: {reason}"), button=_("Open the tender"), reason=reason,
    )  # fmt: skip


def write_to_invited(
    tender: Tender, invitations: Iterable[Invitation], *, actor: Actor, subject: object, body: object, button: object,
    **more: object,
) -> None:  # fmt: skip
    """One mail per contact, each with a link of its own, and a notice per account; of the suppliers given."""
    rows = list(
        invitations.select_related("supplier", "contact") if hasattr(invitations, "select_related") else invitations
    )
    values = {
        "firm": tender.legal_entity.name, "title": tender.title, "number": tender.number, "deadline": tender.deadline,
        "lines": tender.all_lines().count(), **more,
    }  # fmt: skip
    words = {"subject": subject, "body": body, "values": values, "button": button, "actor": actor}
    contacts = receivers([row.supplier for row in rows], of="gets_tenders")
    for row in rows:
        for contact in [row.contact] if row.contact else contacts[row.supplier_id]:
            _mail(tender, contact, words)
    users = users_of([row.supplier for row in rows])
    everybody = [user for row in rows for user in users.get(row.supplier_id, [])]
    tell(everybody, kind="tenders.invited", url=portal_url(tender), **words)  # type: ignore[arg-type]


def _mail(tender: Tender, contact: Contact, words: dict) -> None:
    path = create_link(
        actor=words["actor"], contact=contact, purpose=PURPOSE, document=tender, expires_at=links_end(tender)
    )
    write_to(contact.email, language=contact.language, secret={"url": path}, **words)

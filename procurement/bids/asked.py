"""What a supplier's start page says of tenders: those to answer, and what became of those answered."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from procurement.bids.models import Bid
from procurement.tenders.lifecycle import TenderState
from procurement.tenders.models import Invitation, Tender
from srm.core import clock
from srm.core.actor import Actor
from suppliers.portal.home import HomeEntry, home_entry
from suppliers.portal.pages import portal_url

MOST_SHOWN = 60


@home_entry(order=10)
def invitations(actor: Actor) -> Iterable[HomeEntry]:
    """Tenders to answer, and what became of those answered."""
    if not actor.may("portal.view"):
        return []
    rows = Tender.objects.visible_to(actor).select_related("legal_entity").order_by("-published_at")
    rows = rows.annotate(line_count=Count("lots__lines"))[:MOST_SHOWN]
    told = {
        one.tender_id: one for one in Invitation.objects.visible_to(actor).filter(tender__in=[row.pk for row in rows])
    }
    own = Bid.objects.visible_to(actor).filter(tender__in=[row.pk for row in rows], by_buyer=False)
    bids = {bid.tender_id: bid for bid in own}
    return [_entry(row, told.get(row.pk), bids.get(row.pk)) for row in rows]


def _entry(tender: Tender, invitation: Invitation | None, bid: Bid | None) -> HomeEntry:
    running = tender.state == TenderState.PUBLISHED and not tender.over_at(clock.now())
    declined = invitation is not None and invitation.declined_at is not None
    state, tone = _standing(tender, bid, running=running, declined=declined)
    sent = bid is not None and bid.state == "submitted"
    waiting = running and not sent and not declined
    action = (_("Continue") if bid is not None else _("Make an offer")) if waiting else ""
    count = tender.line_count  # type: ignore[attr-defined]  # annotated by the caller
    return HomeEntry(
        title=tender.title, url=portal_url(tender), number=f"{tender.number} · {tender.legal_entity.name}",
        hint=ngettext("%(n)d line", "%(n)d lines", count) % {"n": count} if waiting else "",
        due=tender.deadline if running else None, state=state, tone=tone, action=action, waiting=waiting,
        at=tender.opened_at or tender.deadline,
    )  # fmt: skip


def _standing(tender: Tender, bid: Bid | None, *, running: bool, declined: bool) -> tuple[str, str]:
    """(word, tone) of where the supplier stands in a tender."""
    if tender.state == TenderState.CANCELLED:
        return _("cancelled"), "over"
    if declined:
        return _("declined"), "over"
    if running:
        words = {"submitted": (_("sent"), "good"), "withdrawn": (_("withdrawn"), "wait"), "draft": (_("draft"), "idle")}
        return words[bid.state] if bid is not None else (_("new"), "live")
    if bid is None or bid.state in ("draft", "withdrawn"):
        return _("no offer"), "over"
    words = {"won": (_("chosen"), "good"), "lost": (_("not chosen"), "over"), "rejected": (_("not admitted"), "bad")}
    return words.get(bid.state, (_("being compared"), "live"))

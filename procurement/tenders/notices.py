"""Who on the buyer's side is told of what happens to a tender. Suppliers are told in `letters`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from procurement.tenders.models import Tender
from srm.core.actor import Actor
from srm.notify.registry import Told, notice


def _words(tender: Tender) -> dict:
    return {"number": tender.number, "title": tender.title, "deadline": tender.deadline}


@notice("tenders.approved", Tender, "approve", label=_("A tender of mine was approved"), channel="mail")
def approved(tender: Tender, *, actor: Actor, **_details: object) -> Told:
    """Its buyer can publish it."""
    return Told(
        [tender.buyer, tender.created_by], subject=_("Approved: {title}"),
        body=_("{number} is approved. Publish it, so that the suppliers are told."), values=_words(tender),
        url=tender.get_absolute_url(), button=_("Open the tender"),
    )  # fmt: skip


@notice("tenders.published", Tender, "publish", label=_("A tender of mine was published"))
def published(tender: Tender, *, actor: Actor, **_details: object) -> Told:
    """Its buyer, when somebody else pressed the button."""
    return Told(
        [tender.buyer, tender.created_by], subject=_("{number} is published: {title}"),
        body=_("Offers are taken until {deadline}."), values=_words(tender), url=tender.get_absolute_url(),
    )  # fmt: skip


@notice("tenders.opened", Tender, "open_bids", label=_("Offers of a tender of mine are open"), channel="mail")
def opened(tender: Tender, *, actor: Actor, **_details: object) -> Told:
    """Its buyer can compare."""
    return Told(
        [tender.buyer, tender.created_by], subject=_("Offers are open: {title}"),
        body=_("The deadline of {number} has passed and the offers are open. Compare them and propose an award."),
        values=_words(tender), url=f"{tender.get_absolute_url()}?tab=comparison", button=_("Compare the offers"),
    )  # fmt: skip


@notice("tenders.failed", Tender, "fail", label=_("A tender of mine has failed"), channel="mail")
def failed(tender: Tender, *, actor: Actor, **_details: object) -> Told:
    """Its buyer has to find another way."""
    return Told(
        [tender.buyer, tender.created_by], subject=_("No offers: {title}"),
        body=_("Nobody made an offer for {number}. What it asked for is open in the demand again."),
        values=_words(tender), url=tender.get_absolute_url(), button=_("Open the tender"),
    )  # fmt: skip


@notice("tenders.cancelled", Tender, "cancel", label=_("A tender of mine was cancelled"))
def cancelled(tender: Tender, *, actor: Actor, reason: str = "", **_details: object) -> Told:
    """Its buyer, when somebody else cancelled it."""
    return Told(
        [tender.buyer, tender.created_by], subject=_("{number} is cancelled: {title}"), body="{reason}",
        values={**_words(tender), "reason": reason}, url=tender.get_absolute_url(),
    )  # fmt: skip

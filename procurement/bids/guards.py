"""Conditions of an offer's moves. The deadline is a half-open interval: received before it, or late."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from srm.core import clock
from srm.core.actor import Actor

if TYPE_CHECKING:
    from procurement.bids.models import Bid


def before_deadline(bid: Bid, _actor: Actor) -> object:
    """The server's clock decides, read after the tender's row lock."""
    tender = bid.tender
    if tender.state != "published":
        return _("This tender no longer takes offers.")
    if tender.deadline is None or clock.db_now() >= tender.deadline:
        return _("The deadline has passed. Offers are no longer taken.")
    return None


def after_deadline(bid: Bid, _actor: Actor) -> object:
    """Nothing is opened before its time."""
    if bid.tender.deadline is None or clock.db_now() < bid.tender.deadline:
        return _("Offers stay sealed until the deadline.")
    return None


def tender_in_evaluation(bid: Bid, _actor: Actor) -> object:
    """Admission is judged while offers are compared."""
    if bid.tender.state != "evaluation":
        return _("This is decided during the evaluation.")
    return None

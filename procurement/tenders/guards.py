"""Conditions of a tender's moves."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from procurement.tenders.methods import METHODS
from srm.core import clock
from srm.core.actor import Actor

if TYPE_CHECKING:
    from procurement.tenders.models import Tender


def has_lines(tender: Tender, _actor: Actor) -> object:
    """An empty tender asks for nothing."""
    read = getattr(tender, "shown_lines", None)
    if not (tender.lots.filter(lines__isnull=False).exists() if read is None else read):
        return _("Add at least one line first.")
    return None


def asked_number(tender: Tender) -> int:
    """How many suppliers are on its list; asked once for several parts of a page."""
    if not hasattr(tender, "asked_number"):
        tender.asked_number = tender.invited().count()  # type: ignore[attr-defined]
    return tender.asked_number  # type: ignore[attr-defined]


def enough_invited(tender: Tender, _actor: Actor) -> object:
    """The method says how many suppliers to ask at least."""
    least = METHODS[tender.method].min_invited
    if asked_number(tender) < least:
        return ngettext_lazy(
            "Invite at least %(least)d supplier.", "Invite at least %(least)d suppliers.", least
        ) % {"least": least}  # fmt: skip
    return None


def deadline_ahead(tender: Tender, _actor: Actor) -> object:
    """Suppliers need time to answer."""
    hours = METHODS[tender.method].min_hours
    if tender.deadline is None:
        return _("Set a deadline first.")
    if tender.deadline < clock.now() + dt.timedelta(hours=hours):
        return _("The deadline must be at least %(hours)d h ahead.") % {"hours": hours}
    return None


def deadline_passed(tender: Tender, _actor: Actor) -> object:
    """Nothing is opened before its time, whoever asks."""
    if tender.deadline is None or clock.db_now() < tender.deadline:
        return _("Offers stay sealed until the deadline.")
    return None

"""What the room of offers hangs on a tender's page."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from procurement.tenders.lifecycle import TenderState
from procurement.tenders.models import Tender
from srm.core.actor import Actor
from srm.ui.slots import Action, provides


@provides("actions")
def enter_quote(document: Any, actor: Actor) -> list[Action]:
    """A button for quotes that come by mail or phone, where the method takes them."""
    fits = isinstance(document, Tender) and document.state == TenderState.PUBLISHED and document.flags.buyer_enters
    if not fits or not actor.may("tenders.edit"):
        return []
    return [Action("enter", _("Enter a quote"), reverse("bids:tender-enter", args=[document.public_id]))]

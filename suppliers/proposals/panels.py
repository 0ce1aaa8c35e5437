"""Files of price proposals."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from srm.core.actor import Actor
from srm.files.rules import attachable
from suppliers.proposals.lifecycle import ProposalState
from suppliers.proposals.models import PROPOSE, VIEW, PriceProposal


def only_drafts(document: Any, actor: Actor) -> object:
    """What was sent stays as the buyer got it."""
    return None if document.state == ProposalState.DRAFT else _("It was sent already.")


attachable(PriceProposal, view=(VIEW, "portal.view"), change=PROPOSE, guard=only_drafts)

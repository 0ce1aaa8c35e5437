"""Who on the buyer's side is told how an award ended."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from procurement.awards.models import Award
from srm.core.actor import Actor
from srm.notify.registry import Told, notice


@notice("awards.final", Award, "approve", label=_("An award I proposed was approved"), channel="mail")
def approved(award: Award, *, actor: Actor, **_details: object) -> Told:
    """Whoever proposed it, and the tender's buyer."""
    return Told(
        [award.created_by, award.tender.buyer], subject=_("Award approved: {title}"),
        body=_("{who} has approved {number}. The bidders are told."), url=award.get_absolute_url(),
        values={"title": award.tender.title, "number": award.number, "who": actor.name}, button=_("Open the award"),
    )  # fmt: skip


@notice("awards.dropped", Award, "drop", label=_("An award I proposed was sent back"), channel="mail")
def dropped(award: Award, *, actor: Actor, reason: str = "", **_details: object) -> Told:
    """Whoever proposed it, with the reason."""
    return Told(
        [award.created_by, award.tender.buyer], subject=_("Award sent back: {title}"), body="{who}: {reason}",
        values={"title": award.tender.title, "who": actor.name, "reason": reason}, url=award.get_absolute_url(),
        button=_("Open the award"),
    )  # fmt: skip

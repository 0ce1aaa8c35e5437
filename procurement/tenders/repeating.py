"""A draft like the last tender that asked for the same items."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from procurement.planning.models import DemandLine
from procurement.tenders.models import LotLine, Tender
from procurement.tenders.services import create_from_demand
from srm.core.actor import Actor
from srm.core.errors import RuleBroken

WHY = "the tender's own parts, inside its service"
REPEATED = ("method", "category", "currency", "incoterm", "payment_days", "description")


def repeat_last(*, actor: Actor, demand_lines: Sequence[DemandLine]) -> Tender:
    """A draft like the last published tender that asked for any of these items: its terms, its suppliers.

    Suppliers that cannot be invited any more are left out.

    Raises:
        RuleBroken: there was none. InvalidInput: nothing is chosen or open.
    """
    last = last_tender(demand_lines, actor)
    if last is None:
        raise RuleBroken([_("Nothing of this was tendered before. Create a new request for quotation.")])
    asked = last.invited().select_related("supplier").order_by("pk")
    suppliers = [invitation.supplier for invitation in asked if invitation.supplier.usable]
    return create_from_demand(
        actor=actor, demand_lines=demand_lines, title=last.title, suppliers=suppliers,
        **{name: getattr(last, name) for name in REPEATED},
    )  # fmt: skip


def last_tender(demand_lines: Sequence[DemandLine], actor: Actor) -> Tender | None:
    """The latest tender of the same legal entity that was published for an item of these lines."""
    items = {line.item_id for line in demand_lines if line.item_id}
    entities = {line.demand.legal_entity_id for line in demand_lines}
    before = Tender.objects.visible_to(actor).filter(published_at__isnull=False, legal_entity__in=entities)
    rows = LotLine.objects.unscoped(WHY).filter(item__in=items)
    return before.filter(pk__in=rows.values("lot__tender")).order_by("-published_at", "-pk").first()

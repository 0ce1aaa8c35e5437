"""Which demand an order's lines serve without a tender between them, read from the ledger.

A line that was ordered straight from a demand has no tender's line to point at: the rows behind it continue rows that
are planned there, and say so themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from procurement.orders.models import OrderLine, PurchaseOrder
from procurement.planning import services as planning
from procurement.planning.models import DemandLine
from procurement.requests.models import Allocation
from srm.core.actor import Actor

WHY = "what an order gives up is open in its demand again, whoever ends it"
KIND, DEMAND = PurchaseOrder._meta.label_lower, planning.DEMAND
ZERO = Decimal(0)


def serves_needs(order: PurchaseOrder) -> bool:
    """Whether needs of departments stand behind its lines."""
    rows = Allocation.objects.unscoped(WHY).filter(document_kind=KIND, document_id=order.public_id, stage="ordered")
    return rows.exists()


def demand_behind(line: OrderLine) -> dict[int, Decimal]:
    """By demand line how much of it this line has now; nothing for a line that came through a tender."""
    if line.lot_line_id:
        return {}
    rows = Allocation.objects.unscoped(WHY).filter(document_kind=KIND, line_id=line.pk, stage="ordered")
    origin: dict[int, int] = {}
    found: dict[int, Decimal] = defaultdict(Decimal)
    known = rows.order_by("pk").values_list(
        "pk", "parent", "quantity", "parent__document_kind", "parent__stage", "parent__line_id"
    )
    for pk, parent, quantity, kind, stage, source in known:
        # What was taken back names the row it was taken from.
        demand_line = source if (kind, stage) == (DEMAND, "planned") else origin.get(parent)
        if demand_line is not None:
            origin[pk] = demand_line
            found[demand_line] += quantity
    return dict(found)


def give_back(line: OrderLine, before: Mapping[int, Decimal], *, actor: Actor) -> None:
    """What the line had of demand lines `before` and has no more is open there again."""
    if not before:
        return
    now = demand_behind(line)
    lines = DemandLine.objects.unscoped(WHY).in_bulk(list(before))
    for key in sorted(before):
        if (freed := before[key] - now.get(key, ZERO)) > 0:
            planning.give_back(actor=actor, demand_line=lines[key], quantity=freed)

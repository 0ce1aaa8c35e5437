"""What approvals show of an order."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from procurement.orders.deciding import KIND, content_of
from procurement.orders.models import PurchaseOrder
from srm.approvals.registry import describes
from srm.core.actor import Actor

SHOWN = 50


@describes(KIND, _("Order"), permission="orders.approve", content=content_of, moves={"approved": "approve"})
def order_facts(document: PurchaseOrder, actor: Actor) -> tuple[str, dict[str, Any]]:
    """What is ordered from whom, and for how much. Sent back or refused, it stays a draft."""
    lines = list(document.lines.select_related("item", "unit")[: SHOWN + 1])
    more = max(0, document.lines.count() - SHOWN) if len(lines) > SHOWN else 0
    return "procurement/orders/_facts.html", {"order": document, "lines": lines[:SHOWN], "more": more}

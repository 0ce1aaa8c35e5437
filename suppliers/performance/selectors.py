"""Reading how suppliers deliver."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from srm.core.actor import Actor
from suppliers.performance.models import PerformanceFact
from suppliers.performance.scoring import Delivery, Figures, figures


def delivery_figures(
    actor: Actor, *, suppliers: list[int] | None = None, since: dt.date | None = None, until: dt.date | None = None
) -> dict[int, Figures]:
    """Figures by supplier id over the deliveries of a period (both days included) that `actor` may see."""
    rows = PerformanceFact.objects.visible_to(actor)
    if suppliers is not None:
        rows = rows.filter(supplier_id__in=suppliers)
    if since:
        rows = rows.filter(actual_on__gte=since)
    if until:
        rows = rows.filter(actual_on__lte=until)
    found: dict[int, list[Delivery]] = defaultdict(list)
    columns = ("supplier_id", "ordered_on", "planned_on", "actual_on", "ordered", "received", "rejected")
    for supplier_id, *values in rows.values_list(*columns).iterator(chunk_size=5000):
        found[supplier_id].append(Delivery(*values))
    return {supplier_id: figures(deliveries) for supplier_id, deliveries in found.items()}

"""What stands behind demand and its lines now, counted anew after needs came or went."""

from __future__ import annotations

from django.db.models import QuerySet

from procurement.planning.models import Demand, DemandLine
from procurement.requests.models import Allocation, RequestLine
from srm.core.money import Sum
from srm.flow import records

WHY = "needs of all departments are counted"
DEMAND = Demand._meta.label_lower


def recount(*lines: DemandLine) -> None:
    """Dates and number of the needs that are behind lines now; a line of nothing keeps its dates."""
    for line in lines:
        days = list(_behind([line.pk]).values_list("request_line__need_by", flat=True))
        line.need_count = len(days)
        line.need_from, line.need_to = min(days, default=line.need_from), max(days, default=line.need_to)
        line.save(update_fields=["need_count", "need_from", "need_to"])


def recount_demand(demand: Demand) -> Demand:
    """Lines of which something is wanted, needs and departments of a whole demand; locked, so that no count is lost."""
    locked = records.locked_row(demand)
    lines = DemandLine.objects.unscoped(WHY).filter(demand=locked)
    needs = _behind(lines.values("pk")).values("request_line")
    locked.line_count = lines.filter(quantity__gt=0).count()
    locked.need_count = needs.count()
    asked = RequestLine.objects.unscoped(WHY).filter(pk__in=needs)
    locked.department_count = asked.order_by().values("request__department").distinct().count()
    locked.save(update_fields=["line_count", "need_count", "department_count"])
    return locked


def _behind(line_ids: QuerySet | list[int]) -> QuerySet[Allocation]:
    """A row for each need of which something is planned on these lines."""
    rows = Allocation.objects.unscoped(WHY).filter(document_kind=DEMAND, stage="planned", line_id__in=line_ids)
    return rows.order_by().values("request_line").annotate(planned=Sum("quantity", places=4)).filter(planned__gt=0)

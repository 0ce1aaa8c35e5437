"""What of sent requests is in force: asked for, not refused or withdrawn, and what it comes to.

The year's limit of the low-value route and the report of exceptions count by this one rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Case, DecimalField, Exists, ExpressionWrapper, F, OuterRef, QuerySet, When
from django.db.models.functions import Round

from procurement.requests.lifecycle import LineState
from procurement.requests.models import RequestLine
from srm.core.money import real

if TYPE_CHECKING:
    from procurement.requests.models import PurchaseRequest

# Of a line that was cut short only what is on its way or came is in force.
IN_FORCE = (LineState.SUBMITTED, LineState.APPROVED, LineState.CLOSED)
READ = "lines that are counted, not shown"
MONEY: DecimalField = DecimalField(max_digits=20, decimal_places=2)


def worth() -> Case:
    """What a line comes to as far as it is in force, as SQL."""
    live = (real("coming_quantity") + real("done_quantity")) / real("base_quantity")
    part = Round(ExpressionWrapper(real("amount") * live, output_field=MONEY), 2)
    return Case(When(state=LineState.CLOSED, then=part), default=F("amount"), output_field=MONEY)


def in_force(rows: QuerySet[PurchaseRequest]) -> QuerySet[PurchaseRequest]:
    """Requests of which something is asked for or was bought."""
    lines = RequestLine.objects.unscoped(READ).filter(request=OuterRef("pk"), state__in=IN_FORCE)
    return rows.filter(Exists(lines))

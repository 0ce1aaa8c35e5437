"""How demand follows an item that is merged."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from procurement.planning.models import Demand, DemandLine
from srm.catalog.merging.references import MOST_SENTENCES, Follows, register

WHY = "a merge moves the demand of everybody"


def still_open(rows: QuerySet) -> list[str]:
    """Demands of which something is not bought yet."""
    headers = Demand.objects.unscoped(WHY).filter(pk__in=rows.filter(open_quantity__gt=0).values("demand"))
    return [
        _("%(document)s is still open and counts in the old unit. Finish or cancel it first.") % {"document": header}
        for header in headers.order_by("pk")[:MOST_SENTENCES]
    ]


register(Follows(DemandLine, busy=still_open))

"""How materials that we supply follow an item that is merged."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from procurement.orders.models import OrderState, PurchaseOrder
from procurement.subcontracting.models import SuppliedMaterial
from srm.catalog.merging.references import MOST_SENTENCES, Follows, register

WHY = "a merge moves the materials of everybody"
ENDED = [OrderState.CLOSED, OrderState.CANCELLED]


def still_worked_with(rows: QuerySet) -> list[str]:
    """Orders that have not ended, or of which something lies at the supplier."""
    busy = rows.filter(~Q(order__state__in=ENDED) | Q(left__gt=0)).values("order")
    headers = PurchaseOrder.objects.unscoped(WHY).filter(pk__in=busy).order_by("pk")
    return [
        _("%(document)s is still open and counts in the old unit. Finish or cancel it first.") % {"document": header}
        for header in headers[:MOST_SENTENCES]
    ]


register(Follows(SuppliedMaterial, busy=still_worked_with))

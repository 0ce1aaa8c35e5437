"""How promises from stock follow an item that is merged, together with the goods that are promised."""

from __future__ import annotations

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from procurement.handouts.models import Promise
from procurement.requests.models import PurchaseRequest
from srm.catalog.merging.references import MOST_SENTENCES, Follows, register

WHY = "a merge moves the promises of everybody"


def still_waiting(rows: QuerySet) -> list[str]:
    """Requests for which something lies in a store."""
    waiting = rows.filter(quantity__gt=F("handed_out")).values("request_line__request")
    headers = PurchaseRequest.objects.unscoped(WHY).filter(pk__in=waiting).order_by("pk")
    return [
        _("%(document)s is still open and counts in the old unit. Finish or cancel it first.") % {"document": header}
        for header in headers[:MOST_SENTENCES]
    ]


register(Follows(Promise, busy=still_waiting))

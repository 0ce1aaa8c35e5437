"""Own stock first: what lies free at a need's own place is promised to it before anything is bought."""

from __future__ import annotations

from django.db.models import QuerySet

from procurement.handouts import netting
from procurement.requests.models import RequestLine
from srm.core.actor import Actor
from srm.flow import uow
from srm.stock import services as stock
from srm.stock.models import Warehouse

PROMISING = "own stock serves the needs of all departments"
STORE = Warehouse._meta.label_lower


def promise_stock(*, actor: Actor, lines: QuerySet[RequestLine]) -> int:
    """Promise free stock to approved, open `lines`; how many of them got something.

    The earliest need comes first, of one day the urgent one, then the older request. Whole or part: the rest stays open.
    """
    uow.require()
    netted = netting.net(lines)
    if netted.taken:
        stock.promise_levels(actor=actor, parts=netted.taken)
    return netted.needs

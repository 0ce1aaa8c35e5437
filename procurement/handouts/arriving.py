"""What was bought for a need and came to a store waits there for it: it is no free stock, nobody else is served from it.

The ledger of allocations tells it as "received" and its cost centre has paid it when it came, so that handing it out
moves goods only. What comes for the store itself (a reorder proposal) stays free.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.utils.translation import gettext as _

from procurement.handouts.models import Promise
from procurement.handouts.promising import PROMISING
from procurement.replenishment.models import Proposal
from procurement.requests.models import RequestLine
from srm.audit import services as audit
from srm.catalog.models import Item
from srm.core.actor import Actor
from srm.core.errors import RuleBroken
from srm.flow import uow
from srm.stock import services as stock
from srm.stock.models import Warehouse

ZERO = Decimal(0)


def keep(*, actor: Actor, warehouse: Warehouse, item: Item, shares: Iterable[tuple[RequestLine, Decimal]]) -> None:
    """Keep what has just come into `warehouse` for the needs it was bought for: (need, base units) each.

    The caller holds the locks of the needs.
    """
    uow.require()
    for need, quantity in _of_people(shares):
        stock.promise(actor=actor, warehouse=warehouse, item=item, quantity=quantity)
        promise = _of(need, warehouse) or Promise(
            request_line=need, warehouse=warehouse, item=item, quantity=ZERO, need_by=need.need_by,
            origin=Promise.Origin.BOUGHT,
        )  # fmt: skip
        promise.quantity += quantity
        promise.save()
        audit.record(
            actor=actor,
            verb="kept",
            subject=promise,
            changes={"quantity": [promise.quantity - quantity, promise.quantity]},
        )


def send_off(*, actor: Actor, warehouse: Warehouse, item: Item, shares: Iterable[tuple[RequestLine, Decimal]]) -> None:
    """The opposite: a receipt is reversed, its goods do not wait for these needs any more.

    Raises:
        RuleBroken: part of it was handed out.
    """
    uow.require()
    for need, quantity in _of_people(shares):
        promise = _of(need, warehouse)
        if promise is None or promise.rest < quantity:
            words = {"item": item, "who": need.request.requester.name, "warehouse": warehouse}
            raise RuleBroken(
                [_("“%(item)s” for %(who)s does not wait in %(warehouse)s any more. Put it back first.") % words]
            )
        stock.release(actor=actor, warehouse=warehouse, item=item, quantity=quantity)
        promise.quantity -= quantity
        promise.save(update_fields=["quantity"])
        audit.record(
            actor=actor, verb="released", subject=promise, changes={"quantity": [promise.quantity + quantity, promise.quantity]}
        )  # fmt: skip


def _of_people(shares: Iterable[tuple[RequestLine, Decimal]]) -> list[tuple[RequestLine, Decimal]]:
    """Without what comes for the store itself, in the order of the needs' keys."""
    wanted: Mapping[int, tuple[RequestLine, Decimal]] = {need.pk: (need, quantity) for need, quantity in shares}
    stores = Proposal.objects.unscoped(PROMISING).filter(request_line__in=wanted).values_list("request_line", flat=True)
    left_out = set(stores)
    return [wanted[pk] for pk in sorted(wanted) if pk not in left_out]


def _of(need: RequestLine, warehouse: Warehouse) -> Promise | None:
    rows = Promise.objects.unscoped(PROMISING).select_for_update()
    return rows.filter(request_line=need, warehouse=warehouse, origin=Promise.Origin.BOUGHT).first()

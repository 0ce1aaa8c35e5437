"""Orders of the shop are written in the background: an approval neither waits for them nor fails with them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy, ngettext

from procurement.requests.models import PurchaseRequest, RequestLine
from procurement.shop import ordering
from procurement.shop.models import ShopChoice
from srm.core.actor import SYSTEM, Actor
from srm.flow.registry import reacts
from srm.flow.uow import unit_of_work
from srm.jobs.registry import job
from srm.jobs.run import JobRun
from srm.jobs.services import enqueue
from srm.ui.links import url_of

KIND = "shop.order"


@reacts(RequestLine, "approve")
def when_approved(line: RequestLine, *, actor: Actor, **_details: object) -> None:
    """Queue it once for all lines of a request that are approved together."""
    header: Any = line.request
    if hasattr(header, "shop_asked"):
        return
    header.shop_asked = True
    chosen = ShopChoice.objects.unscoped(ordering.WHY).filter(line__request=header, order=None, left="")
    if chosen.exists() and ordering.rule_of(header) is not None:
        enqueue(KIND, actor=SYSTEM, request=header.public_id)


@job(KIND, title=gettext_lazy("Order what was chosen in the shop"), permission="orders.send", notice=False)
def order(run: JobRun, request: str) -> dict[str, object]:
    """Write the orders of one request; once more changes nothing."""
    with unit_of_work():
        run.hold()
        document = PurchaseRequest.objects.unscoped(ordering.WHY).get(public_id=request)
        orders = ordering.order_choices(document)
        text = ngettext("%(n)d order was written.", "%(n)d orders were written.", len(orders)) % {"n": len(orders)}
        answer: dict[str, object] = {"text": text, "url": url_of(document), "label": str(document)}
        run.complete(answer)
    return answer

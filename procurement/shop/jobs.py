"""Orders of the shop are written in the background: an approval neither waits for them nor fails with them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from procurement.requests.models import PurchaseRequest, RequestLine
from procurement.shop import ordering, waiting
from procurement.shop.models import RULES, ShopChoice, ShopRule
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


@job(waiting.KIND, title=gettext_lazy("Order what waits"), permission=RULES)
def order_waiting(run: JobRun, rule: str, choices: list[int]) -> dict[str, object]:
    """Try the choices that waited when it was asked for, request by request; what is ordered stays if it is stopped."""
    own = ShopRule.objects.unscoped(ordering.WHY).get(public_id=rule)
    rows = PurchaseRequest.objects.unscoped(ordering.WHY).filter(legal_entity=own.legal_entity_id)
    behind = ShopChoice.objects.unscoped(ordering.WHY).filter(pk__in=choices).values("line__request")
    requests = list(rows.filter(pk__in=behind).order_by("pk"))
    for done, request in enumerate(requests):
        run.progress(done, len(requests), request.number)
        with unit_of_work():
            run.hold()
            ordering.order_choices(request, again=True)
    run.progress(len(requests), len(requests))
    address = url_of(own)
    return {"text": " ".join(waiting.told(choices)), "url": address, "label": _("Open the rule")}

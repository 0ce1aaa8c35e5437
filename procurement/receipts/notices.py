"""Who hears of goods: the requesters whose needs came, and the buyer when something was rejected."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from procurement.receipts.models import GoodsReceipt
from procurement.receipts.services import KIND
from procurement.requests import selectors as requests
from srm.core.actor import Actor
from srm.notify.registry import Told, notice


@notice("receipts.posted", GoodsReceipt, "post", label=_("What I asked for has come"))
def tell_posted(receipt: GoodsReceipt, *, actor: Actor, **_details: object) -> list[Told]:
    """Requesters learn what of theirs lies where."""
    lines = list(receipt.lines.values_list("pk", flat=True))
    told = {}
    behind = requests.behind(KIND, lines, "received")
    for request in {line.request for shares in behind.values() for line, _quantity in shares}:
        told[request.pk] = Told(
            to=[request.requester], subject=_("Received: {request}"), url=request.get_absolute_url(),
            body=_("Goods of {supplier} came to {place}."),
            values={"request": request.title, "supplier": receipt.order.supplier.name,
                    "place": str(receipt.warehouse or receipt.order.place or "–")},
        )  # fmt: skip
    if receipt.lines.filter(rejected__gt=0).exists():
        told[0] = Told(
            to=[receipt.order.buyer], subject=_("Part of {order} was rejected"), url=receipt.get_absolute_url(),
            values={"order": receipt.order.number},
        )  # fmt: skip
    return list(told.values())


@notice("receipts.confirmed", GoodsReceipt, "confirm", label=_("Who needed it has confirmed it"))
def tell_confirmed(receipt: GoodsReceipt, *, actor: Actor, **_details: object) -> list[Told]:
    """The buyer reads that a service was done or goods have arrived; the requester, where another accepted it."""
    values = {"who": actor.name, "supplier": receipt.order.supplier.name, "order": receipt.order.number,
              "note": receipt.note}  # fmt: skip
    body = _("{who} has confirmed what {supplier} did or brought. {note}")
    told = [
        Told(
            to=[receipt.order.buyer],
            subject=_("Confirmed: {order}"),
            body=body,
            url=receipt.get_absolute_url(),
            values=values,
        )
    ]
    rows = receipt.lines.select_related("need__request__requester")
    for request in {line.need.request for line in rows if line.need}:
        if request.requester_id != actor.user_id:
            told.append(
                Told(to=[request.requester], subject=_("Confirmed: {request}"), body=body, url=request.get_absolute_url(),
                     values={**values, "request": request.title})
            )  # fmt: skip
    return told

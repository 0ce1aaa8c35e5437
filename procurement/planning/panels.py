"""What planning tells requesters on the page of their request."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from procurement.planning import letting_go, routing
from procurement.requests import ahead
from procurement.requests.letting_go import register
from procurement.requests.models import PurchaseRequest, RequestLine
from procurement.requests.selectors import whole_lines
from srm.core.actor import Actor
from srm.ui.panels import panel

SHOWN = 200
register(letting_go.Demands())


@panel(PurchaseRequest, _("Who buys it, and when"), order=3, permission="requests.view", place="side", key="bought_by")
def bought_by(request: PurchaseRequest, actor: Actor, _request: object) -> tuple[str, dict[str, Any]] | None:
    """A place for whom to ask about what is still to come, and when it is likely to be there; read after the page."""
    if not any(line.state in ahead.WAITING for line in whole_lines(request)):
        return None
    return "procurement/planning/_ahead.html", {"address": reverse("planning:ahead", args=[request.public_id])}


def waiting_lines(request: PurchaseRequest, actor: Actor) -> list[RequestLine]:
    """The first lines that are not over, with `bought_by`."""
    rows = RequestLine.objects.visible_to(actor).filter(request=request, state__in=ahead.WAITING)
    return list(routing.names_of(rows.select_related("item").order_by("position"))[:SHOWN])


def told(lines: Sequence[RequestLine]) -> list[tuple[str, list[tuple[ahead.Likely, list[int]]]]]:
    """By buyer ("" where the head decides) the likely days, the earliest first, with the positions of their lines."""
    likely = ahead.likely_of(lines)
    by_buyer: dict[str, dict[ahead.Likely, list[int]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        if line.pk in likely:
            by_buyer[line.bought_by][likely[line.pk]].append(line.position)  # type: ignore[attr-defined]
    return [
        (name, sorted(days.items(), key=lambda one: (one[0].on is None, one[0].on, one[1])))
        for name, days in by_buyer.items()
    ]

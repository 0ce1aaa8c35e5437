"""What planning tells requesters on the page of their request."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from procurement.planning import routing
from procurement.requests.lifecycle import LineState
from procurement.requests.models import PurchaseRequest, RequestLine
from srm.core.actor import Actor
from srm.ui.panels import panel

SHOWN = 200


@panel(PurchaseRequest, _("Bought by"), order=40, permission="requests.view", place="side", key="bought_by")
def bought_by(request: PurchaseRequest, actor: Actor, _request: object) -> tuple[str, dict[str, Any]] | None:
    """Whom to ask about a line that is approved."""
    rows = RequestLine.objects.visible_to(actor).filter(request=request, state=LineState.APPROVED)
    found = routing.by_buyer(routing.names_of(rows.order_by("position"))[:SHOWN])
    return ("procurement/planning/_bought_by.html", {"buyers": found}) if found else None

"""How much of the year's limit a low-value request uses, on its page."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from procurement.requests.lowvalue import limits
from procurement.requests.models import PurchaseRequest
from srm.core.actor import Actor
from srm.ui.panels import Content, panel


@panel(PurchaseRequest, _("Low value"), order=2, permission="requests.view", place="side", key="low-value")
def low_value_panel(document: PurchaseRequest, actor: Actor, request: HttpRequest) -> Content:
    """Its own amount and each category's year; nothing is asked of requests that go another way."""
    if document.route != limits.LOW_VALUE:
        return None
    outlook = limits.outlook_of(document)
    if outlook is None or not (outlook.uses or outlook.rule.most_request is not None):
        return None
    return "procurement/requests/_low_value.html", {"outlook": outlook}

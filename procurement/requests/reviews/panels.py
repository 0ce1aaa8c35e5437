"""How the review of a request stands, on its page."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from procurement.requests.models import PurchaseRequest
from procurement.requests.reviews import selectors
from srm.core.actor import Actor
from srm.ui.panels import Content, panel


@panel(PurchaseRequest, _("Review after the fact"), order=2, permission="requests.view", place="side", key="review")
def review_panel(document: PurchaseRequest, actor: Actor, request: HttpRequest) -> Content:
    """Who found it justified or not, and why; nothing is asked of requests that go another way."""
    row = selectors.review_of(document)
    return ("procurement/requests/_review.html", {"review": row}) if row else None

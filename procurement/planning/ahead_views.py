"""Who buys what is still to come of a request, and when: read when its page is there, for it asks around."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from procurement.planning import panels
from procurement.requests.models import PurchaseRequest
from srm.core.errors import Missing
from srm.ui.pages import Page


class Ahead(Page):
    """A part of the request's page."""

    permission, name, route, title = "requests.view", "ahead", "ahead/<str:public_id>/", _("Who buys it, and when")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        document = PurchaseRequest.objects.visible_to(self.actor).filter(public_id=kwargs["public_id"]).first()
        if document is None:
            raise Missing
        buyers = panels.told(panels.waiting_lines(document, self.actor))
        return render(request, "procurement/planning/_bought_by.html", {"buyers": buyers})

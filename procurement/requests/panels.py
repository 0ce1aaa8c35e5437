"""What approvals show of a request, and files on requests."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from procurement.requests import checks, money
from procurement.requests.checks import Need
from procurement.requests.deciding import content_of
from procurement.requests.models import KIND, PurchaseRequest
from procurement.requests.selectors import whole_lines
from srm.approvals.registry import describes
from srm.core.actor import Actor
from srm.discussion.rules import discussed
from srm.files.rules import attachable

attachable(PurchaseRequest, view="requests.view", change=("requests.edit", "requests.create"))
discussed(PurchaseRequest, view="requests.view", people=lambda request: [request.requester, request.created_by])
SHOWN = 50


def no_money(document: PurchaseRequest, _actor: Actor) -> list[str]:
    """Budgets that stop what the request asks for."""
    shares = money.shown_shares(document)
    return [share.outlook.sentence for share in shares if not share.outlook.fits and share.outlook.stops]


@describes(KIND, _("Request"), permission="requests.approve", content=content_of, blocked=no_money)
def request_facts(document: PurchaseRequest, actor: Actor) -> tuple[str, dict[str, Any]]:
    """Is it needed, is it in the budget, who else asked."""
    lines = whole_lines(document)
    shares = money.with_way_out(money.shown_shares(document), actor, document)
    needs = [Need.of(line) for line in lines]
    return "procurement/requests/_facts.html", {
        "request_document": document, "lines": lines[:SHOWN], "more": max(0, len(lines) - SHOWN), "shares": shares,
        "over": [share for share in shares if not share.outlook.fits],
        "oddities": checks.oddities(needs, department=document.department, route=document.route, own=document.public_id),
    }  # fmt: skip

"""Requests as sheets."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from procurement.requests.models import PurchaseRequest
from srm.exchange.columns import Col
from srm.exchange.sheets import Sheet


class RequestSheet(Sheet):
    """What the list of requests gives away."""

    model = PurchaseRequest
    columns = [
        Col("number", way="out"),
        Col("title", way="out"),
        Col("department", _("Department"), source="department.name", way="out"),
        Col("requester", _("Requester"), source="requester.name", way="out"),
        Col("need_by", kind="date", way="out"),
        Col("line_count", kind="whole", way="out"),
        Col("total", kind="amount", way="out"),
        Col("currency", _("Currency"), way="out"),
        Col("route", kind="choice", way="out"),
        Col("state", _("State"), source=lambda row: row.get_state_display(), way="out"),
        Col("created_at", kind="moment", way="out"),
    ]

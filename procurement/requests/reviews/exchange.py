"""Reviews as a sheet."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from procurement.requests.reviews.models import RouteReview
from srm.exchange.columns import Col
from srm.exchange.sheets import Sheet


class ReviewSheet(Sheet):
    """What was bought before it was asked for, and what was thought of it."""

    model = RouteReview
    columns = [
        Col("number", _("Request"), source="request.number", way="out"),
        Col("title", _("What is it for"), source="request.title", way="out"),
        Col("department", _("Department"), source="request.department.name", way="out"),
        Col("requester", _("Requester"), source="request.requester.name", way="out"),
        Col("why", _("Why so"), source="request.route_reason", way="out"),
        Col("total", _("Amount, about"), kind="amount", source="request.total", way="out"),
        Col("currency", _("Currency"), source="request.currency", way="out"),
        Col("created_at", kind="moment", way="out"),
        Col("outcome", kind="choice", way="out"),
        Col("note", way="out"),
        Col("decided_by", source="decided_by.name", way="out"),
        Col("decided_at", kind="moment", way="out"),
    ]

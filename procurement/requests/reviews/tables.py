"""The table of reviews."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from procurement.requests.reviews.models import RouteReview
from srm.ui import tables


class ReviewTable(tables.Table):
    request = tables.TextColumn(accessor="request.title", hint="request.number")
    department = tables.TextColumn(_("Department"), accessor="request.department.name")
    requester = tables.TextColumn(_("Requester"), accessor="request.requester.name")
    why = tables.TextColumn(_("Why so"), accessor="request.route_reason")
    total = tables.MoneyColumn(_("Amount, about"), accessor="request.total", currency="request.currency")
    outcome = tables.ChoiceColumn()
    note = tables.TextColumn()
    decided_by = tables.TextColumn(accessor="decided_by.name")
    created_at = tables.TimeColumn()
    decided_at = tables.TimeColumn()

    class Meta:
        model = RouteReview
        hidden = ("decided_at",)

"""Filters of reviews."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from procurement.requests.reviews.models import ReviewOutcome, RouteReview
from srm.org import lookups  # noqa: F401  the pickers below ask them
from srm.people.models import Department
from srm.ui import filters


class ReviewFilter(filters.FilterSet):
    outcome = filters.MultiChoiceFilter(choices=ReviewOutcome.choices, label=_("Review"))
    department = filters.PickerFilter("departments", label=_("Department"), method="below")
    requester = filters.PickerFilter("users", label=_("Requester"), field_name="request__requester")
    sent_on = filters.DateRangeFilter(label=_("Sent"), field_name="request__sent_on")
    request = filters.CharFilter(label=_("Request"), method="of_request")

    class Meta:
        model = RouteReview
        fields: list[str] = []

    def below(self, rows: Any, _name: str, value: Department) -> Any:
        """Of the department and those under it."""
        return rows.filter(request__department__path__startswith=value.path) if value else rows

    def of_request(self, rows: Any, _name: str, value: str) -> Any:
        """Of the request with this number or id."""
        return rows.filter(request__number=value) | rows.filter(request__public_id=value) if value else rows

"""Filters of proposed substitutes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from procurement.requests.substitutes.models import Outcome, SubstituteProposal
from srm.catalog import lookups  # noqa: F401  the pickers below ask them
from srm.ui import filters


class SubstituteFilter(filters.FilterSet):
    outcome = filters.MultiChoiceFilter(choices=Outcome.choices, label=_("Outcome"))
    item = filters.PickerFilter("items", label=_("Proposed item"))
    request = filters.CharFilter(label=_("Request"), method="of_request")

    class Meta:
        model = SubstituteProposal
        fields: list[str] = []

    def of_request(self, rows: Any, _name: str, value: str) -> Any:
        """Of the request with this number or id."""
        return rows.filter(line__request__number=value) | rows.filter(line__request__public_id=value) if value else rows

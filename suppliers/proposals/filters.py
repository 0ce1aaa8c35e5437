"""Filters of price proposals."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from srm.ui import filters
from suppliers.proposals.lifecycle import ProposalState
from suppliers.proposals.models import PriceProposal, PriceProposalLine
from suppliers.registry.models import Supplier


class ProposalsFilter(filters.FilterSet):
    q = filters.CharFilter(method="by_words", label=_("Search"))
    supplier = filters.PickerFilter("suppliers", label=_("Supplier"))
    state = filters.MultiChoiceFilter(choices=ProposalState.choices[1:], label=_("State"))
    sent_at = filters.DateRangeFilter(label=_("Sent on"))

    class Meta:
        model = PriceProposal
        fields: list[str] = []

    def by_words(self, rows: Any, _name: str, value: str) -> Any:
        """By the subject, an article, or the supplier."""
        if not value:
            return rows
        lines = PriceProposalLine.objects.visible_to(self.actor).filter(Q(article=value) | Q(our_article=value))
        suppliers = Supplier.objects.visible_to(self.actor).search(value)
        return rows.filter(
            Q(title__icontains=value) | Q(pk__in=lines.values("proposal_id")) | Q(supplier__in=suppliers)
        )

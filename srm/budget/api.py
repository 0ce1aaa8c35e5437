"""Budgets over the API, read."""

from __future__ import annotations

from srm.budget.filters import BudgetFilter, EntryFilter
from srm.budget.models import BudgetEntry, BudgetLine
from srm.budget.views import VIEW, BudgetList, EntryList
from srm.rest.fields import DecimalField
from srm.rest.router import register
from srm.rest.serializers import Serializer
from srm.rest.viewsets import DocumentViewSet


class SignedAmount(DecimalField):
    """Money that may be below zero."""

    fixed = True


class BudgetSerializer(Serializer):
    """What a cost centre may spend in a year, for a category's tree or, without one, for everything else."""

    left = SignedAmount(places=2)

    class Meta:
        model = BudgetLine
        fields = (
            "cost_center", "category", "year", "amount", "currency", "policy", "reserved", "committed", "spent", "left",
            "version",
        )  # fmt: skip


class BudgetViewSet(DocumentViewSet):
    """Budgets of the cost centres that the caller answers for, or all of them for finance."""

    model, serializer_class = BudgetLine, BudgetSerializer
    permissions = {"view": VIEW}
    filterset_class, sorts = BudgetFilter, BudgetList.sorts


class EntrySerializer(Serializer):
    """A signed amount in one bucket, and the document that caused it."""

    amount = SignedAmount(places=2)

    class Meta:
        model = BudgetEntry
        fields = (
            "line",
            "bucket",
            "amount",
            "request_line_id",
            "document_kind",
            "document_id",
            "document_number",
            "at",
        )


class EntryViewSet(DocumentViewSet):
    """What was reserved, ordered, spent and given back; entries are only added."""

    model, serializer_class = BudgetEntry, EntrySerializer
    permissions = {"view": VIEW}
    filterset_class, sorts = EntryFilter, EntryList.sorts


register("budgets", BudgetViewSet)
register("budget-entries", EntryViewSet)

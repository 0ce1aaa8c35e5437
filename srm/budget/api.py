"""Budgets, their entries and changes over the API."""

from __future__ import annotations

from rest_framework import serializers

from srm.budget import services
from srm.budget.filters import BudgetFilter, EntryFilter
from srm.budget.models import BudgetEntry, BudgetLine
from srm.budget.views import EDIT, VIEW, BudgetList, EntryList
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
    policy = serializers.CharField(source="cost_center.budget_policy")

    class Meta:
        model = BudgetLine
        fields = (
            "cost_center", "category", "year", "period", "amount", "currency", "policy", "reserved", "committed", "spent",
            "left", "version",
        )  # fmt: skip
        writable = ("cost_center", "category", "year", "period", "amount")


class BudgetViewSet(DocumentViewSet):
    """Budgets of the cost centres that the caller answers for, or all of them for finance."""

    model, serializer_class = BudgetLine, BudgetSerializer
    permissions = {"view": VIEW, "create": EDIT, "update": EDIT}
    filterset_class, sorts = BudgetFilter, BudgetList.sorts
    create_service, update_service = services.create_line, services.update_line


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

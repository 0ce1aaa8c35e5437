"""Budgets, their entries and changes over the API."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from srm.budget import carrying, changes, closing, services
from srm.budget.change_views import ChangeList
from srm.budget.filters import BudgetFilter, CarryFilter, ChangeFilter, ClosingFilter, EntryFilter
from srm.budget.lifecycle import CarryState
from srm.budget.models import BudgetChange, BudgetEntry, BudgetLine, CarryOver, ClosedPeriod
from srm.budget.period_views import CLOSE, PERIODS, CarryList, ClosingList
from srm.budget.views import EDIT, VIEW, BudgetList, EntryList
from srm.core.errors import Missing
from srm.rest.fields import DecimalField, RefField
from srm.rest.router import register, register_view
from srm.rest.serializers import InputSerializer, Serializer
from srm.rest.viewsets import ApiView, DocumentViewSet


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
            "late_for",
        )


class EntryViewSet(DocumentViewSet):
    """What was reserved, ordered, spent and given back; entries are only added."""

    model, serializer_class = BudgetEntry, EntrySerializer
    permissions = {"view": VIEW}
    filterset_class, sorts = EntryFilter, EntryList.sorts


class BudgetChangeSerializer(Serializer):
    """Money that moves from `giver` to `receiver`; without a giver it is new money, without a receiver a cut."""

    class Meta:
        model = BudgetChange
        fields = (
            "number", "state", "legal_entity", "giver", "receiver", "amount", "currency", "reason", "version", "created_at",
        )  # fmt: skip
        writable = ("giver", "receiver", "amount", "reason")


class ChangeViewSet(DocumentViewSet):
    """Transfers between budgets, new money and cuts; somebody else approves them by the move."""

    model, serializer_class = BudgetChange, BudgetChangeSerializer
    permissions = {"view": VIEW, "create": EDIT, "update": EDIT}
    filterset_class, sorts = ChangeFilter, ChangeList.sorts
    create_service, update_service = changes.create_change, changes.update_change


class ClosingSerializer(Serializer):
    """A part of a year of a legal entity; while its state is "closed", nothing is booked into it."""

    class Meta:
        model = ClosedPeriod
        fields = ("state", "legal_entity", "year", "period", "version", "created_at")
        writable = ("legal_entity", "year", "period")


class ClosingViewSet(DocumentViewSet):
    """Closed periods. POST closes one; the moves open it and close it again."""

    model, serializer_class = ClosedPeriod, ClosingSerializer
    permissions = {"view": PERIODS, "create": CLOSE}
    filterset_class, sorts = ClosingFilter, ClosingList.sorts
    create_service = closing.close_period


class CarrySerializer(Serializer):
    """What is still reserved and ordered at the end of a period, carried to the budgets that follow."""

    class Meta:
        model = CarryOver
        fields = (
            "number", "state", "legal_entity", "year", "period", "with_money", "total", "line_count", "version", "created_at",
        )  # fmt: skip
        writable = ("legal_entity", "year", "period", "with_money")


class CarryViewSet(DocumentViewSet):
    """Carry-overs. What would move is at …/preview/; the move "carry" does it."""

    model, serializer_class = CarryOver, CarrySerializer
    permissions = {"view": PERIODS, "create": CLOSE, "update": CLOSE}
    filterset_class, sorts = CarryFilter, CarryList.sorts
    create_service, update_service = carrying.create_carry, carrying.update_carry


class CarryPartSerializer(InputSerializer):
    """What one budget would hand on; `receiver` is null where the budget that follows does not exist yet."""

    giver = RefField(BudgetLine, source="source")
    receiver = RefField(BudgetLine, source="target", allow_null=True)
    reserved = SignedAmount(places=2)
    committed = SignedAmount(places=2)
    money = SignedAmount(places=2)


class PreviewView(ApiView):
    """What a carry-over would move now, and why it could not."""

    permission = PERIODS

    @extend_schema(responses=CarryPartSerializer(many=True), operation_id="carry_overs_preview")
    def get(self, request: Request, id: str) -> Response:
        """Its parts, and sentences on what stands in the way."""
        carry = CarryOver.objects.visible_to(self.actor).filter(public_id=id).first()
        if carry is None:
            raise Missing()
        rows = carrying.preview(carry) if carry.state == CarryState.DRAFT else []
        return Response(CarryPartSerializer(rows, many=True, context=self.get_serializer_context()).data)


register("budget-changes", ChangeViewSet)
register("closed-periods", ClosingViewSet)
register("carry-overs", CarryViewSet)
register_view("carry-overs/<str:id>/preview/", PreviewView, "carry-overs-preview")
register("budgets", BudgetViewSet)
register("budget-entries", EntryViewSet)

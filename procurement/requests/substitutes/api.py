"""Proposed substitutes over the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from procurement.requests.models import PurchaseRequest
from procurement.requests.substitutes import services
from procurement.requests.substitutes.filters import SubstituteFilter
from procurement.requests.substitutes.models import SubstituteProposal
from procurement.requests.substitutes.views import SubstituteList
from srm.catalog.models import Item
from srm.core.errors import Missing
from srm.rest.fields import RefField
from srm.rest.router import register, register_view
from srm.rest.serializers import InputSerializer, Serializer
from srm.rest.viewsets import ApiView, DocumentViewSet

VIEW, PROCESS, EDIT = "requests.view", "requests.process", "requests.edit"


class SubstituteSerializer(Serializer):
    """`quantity` of `item` instead of `base_quantity` of what the line asks for."""

    request = serializers.CharField(source="line.request.public_id", read_only=True)
    line = serializers.CharField(source="line.public_id", read_only=True)

    class Meta:
        model = SubstituteProposal
        fields = (
            "request", "line", "asked_for", "base_quantity", "base_unit", "item", "quantity", "unit", "price", "currency",
            "amount", "amount_before", "reason", "outcome", "answer", "created_by", "created_at", "answered_by",
            "answered_at",
        )  # fmt: skip


class SubstituteViewSet(DocumentViewSet):
    """What was proposed instead of what was asked for; `?outcome=open` waits for an answer."""

    model, serializer_class = SubstituteProposal, SubstituteSerializer
    permissions = {"view": VIEW}
    filterset_class, sorts = SubstituteFilter, SubstituteList.sorts

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("line__request")


class ProposeSubstituteInput(InputSerializer):
    """Which line, what instead, and why."""

    line = serializers.CharField(max_length=22)
    item = RefField(model=Item)
    factor = serializers.DecimalField(max_digits=15, decimal_places=6, required=False, allow_null=True)
    price = serializers.DecimalField(max_digits=15, decimal_places=6, required=False, allow_null=True)
    reason = serializers.CharField(min_length=3, max_length=500)


class DeclineSubstituteInput(InputSerializer):
    """Why the requester does without."""

    reason = serializers.CharField(min_length=3, max_length=500)


class WithdrawSubstituteInput(InputSerializer):
    """Why it is taken back, if that is worth a word."""

    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class ProposeView(ApiView):
    """Propose another item for what of an approved line is open."""

    permission = PROCESS

    @extend_schema(
        request=ProposeSubstituteInput, responses={201: SubstituteSerializer}, operation_id="requests_propose"
    )
    def post(self, request: Any, id: str) -> Any:
        """The proposal; the line is held back until it is answered."""

        def work() -> Response:
            document = PurchaseRequest.objects.visible_to(self.actor).filter(public_id=id).first()
            values = ProposeSubstituteInput(data=self.body(), context=self.get_serializer_context())
            values.is_valid(raise_exception=True)
            given = dict(values.validated_data)
            line = document and document.lines.filter(public_id=given.pop("line")).first()
            if document is None or line is None:
                raise Missing()
            made = services.propose(document, actor=self.actor, line=line, **given)
            return Response(SubstituteSerializer(made, context=self.get_serializer_context()).data, status=201)

        return self.write(work)


class _ProposalView(ApiView):
    """A write on one proposal the caller sees; answers with the proposal."""

    abstract = True

    def change(self, id: str, input_class: type, work: Callable[[SubstituteProposal, dict[str, Any]], object]) -> Any:
        """Read the body by `input_class`, do `work(proposal, values)`."""

        def write() -> Response:
            rows = SubstituteProposal.objects.visible_to(self.actor).select_related("line__request", "item")
            row = rows.filter(public_id=id).first()
            if row is None:
                raise Missing()
            values = input_class(data=self.body(), context=self.get_serializer_context())
            values.is_valid(raise_exception=True)
            work(row, values.validated_data)
            return Response(SubstituteSerializer(rows.get(pk=row.pk), context=self.get_serializer_context()).data)

        return self.write(write)


class AcceptView(_ProposalView):
    """Take the proposed item."""

    permission = EDIT

    @extend_schema(request=None, responses=SubstituteSerializer, operation_id="substitutes_accept")
    def post(self, request: Any, id: str) -> Any:
        """The accepted proposal; the request's line is this item now."""
        return self.change(id, InputSerializer, lambda row, _values: services.accept(row, actor=self.actor))


class DeclineView(_ProposalView):
    """Do without the proposed item."""

    permission = EDIT

    @extend_schema(request=DeclineSubstituteInput, responses=SubstituteSerializer, operation_id="substitutes_decline")
    def post(self, request: Any, id: str) -> Any:
        """The declined proposal; the line is what it was."""
        return self.change(
            id, DeclineSubstituteInput, lambda row, values: services.decline(row, actor=self.actor, **values)
        )


class WithdrawView(_ProposalView):
    """Take a proposal back."""

    permission = PROCESS

    @extend_schema(request=WithdrawSubstituteInput, responses=SubstituteSerializer, operation_id="substitutes_withdraw")
    def post(self, request: Any, id: str) -> Any:
        """The withdrawn proposal; the line is what it was."""
        return self.change(
            id, WithdrawSubstituteInput, lambda row, values: services.withdraw(row, actor=self.actor, **values)
        )


register("substitutes", SubstituteViewSet)
register_view("requests/<str:id>/propose/", ProposeView, "requests-propose")
register_view("substitutes/<str:id>/accept/", AcceptView, "substitutes-accept")
register_view("substitutes/<str:id>/decline/", DeclineView, "substitutes-decline")
register_view("substitutes/<str:id>/withdraw/", WithdrawView, "substitutes-withdraw")

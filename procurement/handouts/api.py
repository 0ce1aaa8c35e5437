"""Promises over the API: what waits for whom; handing out, putting back, letting go as commands."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from procurement.handouts import services
from procurement.handouts.filters import PromiseFilter
from procurement.handouts.models import Promise
from procurement.handouts.views import HAND_OUT, RELEASE, SHOWN, VIEW, PromiseList
from srm.core.errors import Missing
from srm.rest.fields import DecimalField, QuantityField
from srm.rest.router import register, register_view
from srm.rest.serializers import InputSerializer, Serializer
from srm.rest.viewsets import ApiView, DocumentViewSet


class PromiseSerializer(Serializer):
    """What is kept of a store for one request line, in the item's base unit; `rest` still lies there."""

    request = serializers.CharField(source="request_line.request.public_id")
    line = serializers.CharField(source="request_line.public_id")
    article = serializers.CharField(source="item.article")
    unit = serializers.CharField(source="item.base_unit.code")
    quantity = DecimalField(places=4)
    handed_out = DecimalField(places=4)
    rest = DecimalField(places=4)

    class Meta:
        model = Promise
        fields = (
            "request", "line", "warehouse", "item", "article", "unit", "quantity", "handed_out", "rest", "value", "need_by",
            "origin",
        )  # fmt: skip


class PromiseViewSet(DocumentViewSet):
    """Promises from stock. What was handed out is listed with `done=true` only."""

    model, serializer_class = Promise, PromiseSerializer
    permissions = {"view": VIEW}
    filterset_class, sorts = PromiseFilter, PromiseList.sorts

    def queryset(self) -> QuerySet:
        return super().queryset().select_related(*SHOWN)


class HandOutInput(InputSerializer):
    """How much goes; all that is left when `quantity` is left out."""

    quantity = QuantityField(required=False)
    moved_on = serializers.DateField(required=False, help_text=_("Today when left out."))
    counterpart = serializers.CharField(max_length=200, required=False, allow_blank=True)


class BackInput(InputSerializer):
    """How much, all of it when left out; and why."""

    quantity = QuantityField(required=False)
    reason = serializers.CharField(min_length=3, max_length=300)


class _Command(ApiView):
    """Something done to one promise."""

    abstract = True
    input_class: type[InputSerializer]
    service: Any

    def answer(self, public_id: str) -> Response | HttpResponse:
        def work() -> Response:
            promise = Promise.objects.visible_to(self.actor).filter(public_id=public_id).first()
            if promise is None:
                raise Missing()
            body = self.input_class(data=self.body(), context=self.get_serializer_context())
            body.is_valid(raise_exception=True)
            fresh = type(self).service(promise, actor=self.actor, **body.validated_data)
            return Response(PromiseSerializer(fresh, context=self.get_serializer_context()).data)

        return self.write(work)


class HandOutView(_Command):
    """Hand out what waits for a request line."""

    permission, input_class, service = HAND_OUT, HandOutInput, staticmethod(services.hand_out)

    @extend_schema(request=HandOutInput, responses=PromiseSerializer, operation_id="promises_hand_out")
    def post(self, request: Request, id: str) -> Response | HttpResponse:
        """The promise as it is now."""
        return self.answer(id)


class PutBackView(_Command):
    """Take back what was handed out; it is kept for the same request line."""

    permission, input_class, service = HAND_OUT, BackInput, staticmethod(services.put_back)

    @extend_schema(request=BackInput, responses=PromiseSerializer, operation_id="promises_put_back")
    def post(self, request: Request, id: str) -> Response | HttpResponse:
        """The promise as it is now."""
        return self.answer(id)


class LetGoView(_Command):
    """Let go what waits: the stock is free, the request line open again."""

    permission, input_class, service = RELEASE, BackInput, staticmethod(services.let_go)

    @extend_schema(request=BackInput, responses=PromiseSerializer, operation_id="promises_let_go")
    def post(self, request: Request, id: str) -> Response | HttpResponse:
        """The promise as it is now."""
        return self.answer(id)


register("promises", PromiseViewSet)
register_view("promises/<str:id>/hand-out/", HandOutView, "promises-hand-out")
register_view("promises/<str:id>/put-back/", PutBackView, "promises-put-back")
register_view("promises/<str:id>/let-go/", LetGoView, "promises-let-go")

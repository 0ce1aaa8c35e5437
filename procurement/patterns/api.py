"""Templates and recurrences over the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from procurement.patterns import filters, services, views
from procurement.patterns.models import CREATE, Recurrence, RequestTemplate, TemplateLine
from procurement.requests.api import RequestSerializer
from procurement.requests.models import PurchaseRequest
from srm.core.errors import Missing
from srm.rest.router import register, register_view
from srm.rest.serializers import InputSerializer, LineSerializer, Serializer
from srm.rest.viewsets import ApiView, DocumentViewSet


class TemplateLineSerializer(LineSerializer):
    """A need without a date."""

    class Meta:
        model = TemplateLine
        fields = ("position", "item", "description", "category", "quantity", "unit", "note")
        writable = ("item", "description", "category", "quantity", "unit", "note")
        extra_kwargs = {"unit": {"required": False, "allow_null": True}}


class TemplateSerializer(Serializer):
    """Lines that are asked for again and again."""

    lines = TemplateLineSerializer(many=True)

    class Meta:
        model = RequestTemplate
        fields = (
            "name", "owner", "department", "is_shared", "title", "lead_days", "place", "cost_center", "note", "lines",
            "version", "created_at",
        )  # fmt: skip
        writable = (
            "name", "department", "is_shared", "title", "lead_days", "place", "cost_center", "note", "lines",
        )  # fmt: skip
        extra_kwargs = {"title": {"required": False, "allow_blank": True}}


class TemplateViewSet(DocumentViewSet):
    """One's own templates, and those shared with one's department."""

    model, serializer_class = RequestTemplate, TemplateSerializer
    permissions = {"view": CREATE, "create": CREATE, "update": CREATE}
    filterset_class, sorts = filters.TemplateFilter, views.TemplateList.sorts
    create_service, update_service = services.create_template, services.update_template

    def queryset(self) -> Any:
        return super().queryset().prefetch_related("lines__item", "lines__category", "lines__unit")


class RecurrenceSerializer(Serializer):
    """A template that is asked for by itself."""

    starts_on = serializers.DateField(required=False, allow_null=True, write_only=True)

    class Meta:
        model = Recurrence
        fields = (
            "template", "owner", "every", "day", "starts_on", "ends_on", "submit_at_once", "next_on", "state", "trouble",
            "version",
        )  # fmt: skip
        writable = ("template", "every", "day", "starts_on", "ends_on", "submit_at_once")


class RecurrenceViewSet(DocumentViewSet):
    """Recurring requests; pausing, resuming and ending are their moves."""

    model, serializer_class = Recurrence, RecurrenceSerializer
    permissions = {"view": CREATE, "create": CREATE, "update": CREATE}
    filterset_class, sorts = filters.RecurrenceFilter, views.RecurrenceList.sorts
    create_service, update_service = services.create_recurrence, services.update_recurrence


class UseInput(InputSerializer):
    """How a template is asked for."""

    need_by = serializers.DateField(required=False, allow_null=True, default=None)
    submit = serializers.BooleanField(required=False, default=False)


class UseView(ApiView):
    """A new request by a template: a draft, or sent at once."""

    permission = CREATE

    @extend_schema(request=UseInput, responses={201: RequestSerializer}, operation_id="request_templates_use")
    def post(self, request: Any, id: str) -> Any:
        """The new request."""

        def work() -> Response:
            template = RequestTemplate.objects.visible_to(self.actor).filter(public_id=id).first()
            if template is None:
                raise Missing()
            values = UseInput(data=self.body(), context=self.get_serializer_context())
            values.is_valid(raise_exception=True)
            made = services.request_by(template, actor=self.actor, **values.validated_data)
            fresh = PurchaseRequest.objects.visible_to(self.actor).get(pk=made.pk)
            return Response(RequestSerializer(fresh, context=self.get_serializer_context()).data, status=201)

        return self.write(work)


class KeepInput(InputSerializer):
    """Under which name a request is kept."""

    name = serializers.CharField(max_length=100)
    is_shared = serializers.BooleanField(required=False, default=False)


class KeepView(ApiView):
    """A request's lines, kept as a template."""

    permission = CREATE

    @extend_schema(request=KeepInput, responses={201: TemplateSerializer}, operation_id="requests_keep")
    def post(self, request: Any, id: str) -> Any:
        """The new template."""

        def work() -> Response:
            document = PurchaseRequest.objects.visible_to(self.actor).filter(public_id=id).first()
            if document is None:
                raise Missing()
            values = KeepInput(data=self.body(), context=self.get_serializer_context())
            values.is_valid(raise_exception=True)
            made = services.template_of(document, actor=self.actor, **values.validated_data)
            return Response(TemplateSerializer(made, context=self.get_serializer_context()).data, status=201)

        return self.write(work)


register("request-templates", TemplateViewSet)
register("recurring-requests", RecurrenceViewSet)
register_view("request-templates/<str:id>/use/", UseView, "request-templates-use")
register_view("requests/<str:id>/keep/", KeepView, "requests-keep")

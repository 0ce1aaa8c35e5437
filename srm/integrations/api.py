"""Webhooks and external references for programs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from srm.core.errors import Missing
from srm.integrations import inbound, selectors, services
from srm.integrations.models import ExternalRef, WebhookEndpoint
from srm.integrations.tables import REF_SORTS, WEBHOOK_SORTS, RefFilter, WebhookFilter
from srm.rest import edge
from srm.rest.router import register, register_view
from srm.rest.serializers import InputSerializer, Serializer
from srm.rest.viewsets import ApiView, DocumentViewSet


class WebhookSerializer(Serializer):
    url = serializers.CharField(max_length=500)
    kinds = serializers.ListField(
        child=serializers.CharField(max_length=80),
        required=False,
        max_length=50,
        help_text="item.*, order.changed; none: all",
    )
    owner = serializers.CharField(source="owner.name")
    secret = serializers.SerializerMethodField(help_text="The key, in the answer that made it and never again")

    class Meta:
        model = WebhookEndpoint
        fields = (
            "name",
            "url",
            "kinds",
            "active",
            "failures",
            "stopped_because",
            "owner",
            "secret",
            "created_at",
            "version",
        )
        writable = ("name", "url", "kinds", "active")

    def get_secret(self, endpoint: WebhookEndpoint) -> str | None:
        """Only on the object that a service has just given a key."""
        return getattr(endpoint, "shown_secret", None)


class WebhookViewSet(DocumentViewSet):
    """Addresses that are called when something changes, by Standard Webhooks."""

    model = WebhookEndpoint
    serializer_class = WebhookSerializer
    permissions = {"view": "integrations.view", "create": "integrations.manage", "update": "integrations.manage"}
    filterset_class = WebhookFilter
    sorts = WEBHOOK_SORTS
    create_service = services.create_webhook
    update_service = services.update_webhook

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("owner")

    def show_again(self, document: Any, status: int = 200) -> Response:
        """The object as the service left it: the key is on it and nowhere else."""
        return self.show(document, status)

    def kept_body(self, answer: Response) -> object:
        """A repeat does not learn the key again: kept answers lie readable in the database."""
        return {**answer.data, "secret": None}


class RefSerializer(Serializer):
    class Meta:
        model = ExternalRef
        fields = ("system", "kind", "object_id", "external_id", "created_at")


class LinkInput(InputSerializer):
    """A link as it is sent."""

    system = serializers.SlugField(max_length=40)
    kind = serializers.CharField(max_length=80)
    object_id = serializers.CharField(max_length=22)
    external_id = serializers.CharField(max_length=200)


def link_record(*, actor: Any, kind: str, object_id: str, system: str, external_id: str) -> ExternalRef:
    """Link the record of that kind and id."""
    return services.link(
        selectors.record_of(kind, object_id, actor), system=system, external_id=external_id, actor=actor
    )


class RefViewSet(DocumentViewSet):
    """Under which ids other systems know our records; one to one in each system."""

    model = ExternalRef
    serializer_class = RefSerializer
    write_serializer_class = LinkInput
    permissions = {"view": "integrations.view", "create": "integrations.manage"}
    filterset_class = RefFilter
    sorts = REF_SORTS
    create_service = link_record


class UnlinkView(ApiView):
    """Forgets a link; both systems keep their record."""

    permission = "integrations.manage"

    @extend_schema(operation_id="external_refs_unlink", request=None, responses={204: None})
    def post(self, request: Request, id: str) -> object:
        """Unlink."""

        def work() -> Response:
            ref = ExternalRef.objects.visible_to(self.actor).filter(public_id=id).first()
            if ref is None:
                raise Missing
            services.unlink(ref, actor=self.actor)
            return Response(status=204)

        return self.write(work)


class TestView(ApiView):
    """Sends a message of kind "webhook.test" to one address."""

    permission = "integrations.manage"

    @extend_schema(operation_id="webhooks_test", request=None, responses={202: None})
    def post(self, request: Request, id: str) -> object:
        """Send a test; look at /deliveries/ for the answer."""

        def work() -> Response:
            endpoint = WebhookEndpoint.objects.visible_to(self.actor).filter(public_id=id).first()
            if endpoint is None:
                raise Missing
            services.send_test(endpoint, actor=self.actor)
            return Response(status=202)

        return self.write(work)


register("webhooks", WebhookViewSet)
register("external-refs", RefViewSet)
register_view("external-refs/<str:id>/unlink/", UnlinkView, "external-refs-unlink")
register_view("webhooks/<str:id>/test/", TestView, "webhooks-test")


class InboundView(ApiView):
    """The door for other systems: a message signed by Standard Webhooks instead of a token."""

    public = True
    authentication_classes: list[Any] = []

    @extend_schema(
        operation_id="inbound",
        request=inline_serializer("Inbound", {"type": serializers.CharField(), "data": serializers.DictField()}),
        responses={
            202: inline_serializer("InboundTaken", {"id": serializers.CharField(), "state": serializers.CharField()})
        },
    )
    def post(self, request: Request, id: str) -> Response:
        """Take a message in; it is handled in a moment. The same `webhook-id` again has no second effect."""
        with edge.unit_of_work():
            message = inbound.receive(id, request._request.headers, request._request.body)
        return Response({"id": message.public_id, "state": message.outcome}, status=202)


register_view("inbound/<str:id>/", InboundView, "inbound")

"""Ledger batches over HTTP: a program collects, seals, downloads by number, and confirms by move."""

from __future__ import annotations

import base64

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.response import Response

from procurement.integrations.ledger import services
from procurement.integrations.models import LedgerExport
from srm.core.errors import Missing
from srm.rest.router import register, register_view
from srm.rest.serializers import Serializer
from srm.rest.viewsets import ApiView, DocumentViewSet


class LedgerSerializer(Serializer):
    """A batch with its control totals and hashes."""

    class Meta:
        model = LedgerExport
        fields = (
            "number", "state", "ledger", "legal_entity", "period_from", "period_to", "control", "sha256", "xlsx_sha256",
            "previous_sha256", "version", "created_at",
        )  # fmt: skip
        writable = ("legal_entity", "period_from", "period_to")


class LedgerViewSet(DocumentViewSet):
    """Batches of postings for the accounting system."""

    model = LedgerExport
    serializer_class = LedgerSerializer
    permissions = {"view": "ledger.view", "create": "ledger.create"}
    sorts = {"-created": ("-created_at", "-id")}
    create_service = services.create_export


class LedgerFileView(ApiView):
    """A sealed file in Base64, with its hash: the same bytes at every call."""

    permission = "ledger.view"

    @extend_schema(
        responses=inline_serializer(
            "LedgerFile",
            {"name": serializers.CharField(), "sha256": serializers.CharField(), "content": serializers.CharField()},
        )
    )
    def get(self, request, id: str, ending: str) -> Response:
        """The file of a sealed batch."""
        export = LedgerExport.objects.visible_to(self.actor).filter(public_id=id).first()
        if export is None or ending not in {"csv", "xlsx"} or not self.actor.may("exchange.export"):
            raise Missing()
        body = services.file_of(export, ending)
        digest = export.sha256 if ending == "csv" else export.xlsx_sha256
        answer = {"name": f"{export.number}.{ending}", "sha256": digest, "content": base64.b64encode(body).decode()}
        return Response(answer)


register("ledger-exports", LedgerViewSet)
register_view("ledger-exports/<str:id>/files/<str:ending>/", LedgerFileView, "ledger-file")

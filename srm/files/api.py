"""Files for programs: list those of a document, send one, fetch one, take one off."""

from __future__ import annotations

import datetime as dt

from django.db.models import Model
from django.http import HttpResponseBase
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from srm.core.errors import InvalidInput
from srm.files import rules, selectors, services
from srm.files.models import Attachment
from srm.files.views import content_of
from srm.rest.errors import InvalidParameters
from srm.rest.renderers import dumps
from srm.rest.router import register_view
from srm.rest.serializers import Serializer
from srm.rest.uploads import fields_of
from srm.rest.viewsets import ApiView

DOCUMENT = [
    OpenApiParameter(
        "document_kind", str, required=True, description="Kind of document, e.g. procurement.purchaserequest"
    ),
    OpenApiParameter("document", str, required=True, description="Public id of the document"),
]
UPLOAD = {
    "multipart/form-data": {
        "type": "object",
        "required": ["file", "document_kind", "document"],
        "properties": {
            "file": {"type": "string", "format": "binary"},
            "document_kind": {"type": "string"},
            "document": {"type": "string"},
            "purpose": {"type": "string", "maxLength": 60},
            "expires_on": {"type": "string", "format": "date"},
        },
    }
}


class AttachmentSerializer(Serializer):
    document = serializers.CharField(source="document_id")
    uploaded_by = serializers.CharField(source="uploaded_by_name")

    class Meta:
        model = Attachment
        fields = (
            "document_kind", "document", "name", "purpose", "version", "size", "sha256", "content_type", "scan",
            "uploaded_by", "uploaded_at", "expires_on",
        )  # fmt: skip


class FilesView(ApiView):
    """Files of one document; its rule says who may add some."""

    permission = "files.view"
    parameters = ("document_kind", "document")
    parser_classes = [MultiPartParser]

    @extend_schema(operation_id="files_list", parameters=DOCUMENT, responses=AttachmentSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The newest versions of the document's files."""
        document = _document(request.query_params.dict(), self)
        data = AttachmentSerializer(
            selectors.files_of(document)[:500], many=True, context=self.get_serializer_context()
        ).data
        return Response({"next": None, "previous": None, "results": data})

    @extend_schema(operation_id="files_attach", request=UPLOAD, responses={201: AttachmentSerializer})
    def post(self, request: Request) -> object:
        """Attach a file, sent as multipart/form-data."""
        sent = fields_of(request)
        document = _document(sent, self)
        rules.require_change(document, self.actor)
        expires_on, purpose = _date(sent), sent.get("purpose", "")[:60]
        stored = _stored(request, sent)

        def work() -> Response:
            made = services.attach(document, stored, actor=self.actor, purpose=purpose, expires_on=expires_on)
            return _shown(made, self, 201)

        return self.write(work)


class FileView(ApiView):
    """One file; the rule of its document says who may change it."""

    permission = "files.view"
    parser_classes = [MultiPartParser]

    @extend_schema(operation_id="files_show", responses=AttachmentSerializer)
    def get(self, request: Request, id: str) -> Response:
        """What is known of it."""
        return _shown(rules.attachment_at(id, self.actor), self)

    @extend_schema(operation_id="files_replace", request=UPLOAD, responses={201: AttachmentSerializer})
    def post(self, request: Request, id: str) -> object:
        """A new version of it."""
        attachment = rules.attachment_at(id, self.actor)
        stored = _stored(request, fields_of(request))
        return self.write(lambda: _shown(services.replace(attachment, stored, actor=self.actor), self, 201))

    @extend_schema(operation_id="files_remove", responses={204: None})
    def delete(self, request: Request, id: str) -> object:
        """Take it off its document."""

        def work() -> Response:
            services.remove(rules.attachment_at(id, self.actor), actor=self.actor)
            return Response(status=204)

        return self.write(work)


class ContentView(ApiView):
    """The content of one file."""

    permission = "files.view"

    @extend_schema(operation_id="files_content", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, id: str) -> HttpResponseBase:
        """The bytes, as a download."""
        return content_of(rules.attachment_at(id, self.actor), request._request)


def _document(named: dict[str, str], view: ApiView) -> Model:
    """The document that the caller names.

    Raises:
        InvalidParameters, InvalidInput: he names none. Missing: there is none, or it is not his to see.
    """
    lacking = [name for name in ("document_kind", "document") if not named.get(name)]
    if lacking:
        errors = {name: [_("Say of which document.")] for name in lacking}
        raise InvalidParameters(errors) if view.request.method == "GET" else InvalidInput(errors)
    return rules.document_at(named["document_kind"], named["document"], view.actor)


def _shown(attachment: Attachment, view: ApiView, status: int = 200) -> Response:
    return Response(AttachmentSerializer(attachment, context=view.get_serializer_context()).data, status=status)


def _stored(request: Request, sent: dict[str, str]) -> services.Stored:
    upload = request.FILES.get("file")
    if upload is None:
        raise InvalidInput({"file": _("Send the file in the field “file” of a multipart/form-data body.")})
    stored = services.store(upload)
    # The body has been read as it came; a repeat with the same Idempotency-Key is judged by what it said.
    told = dumps([sorted(sent.items()), stored.name, stored.sha256])
    request._request._body = told  # type: ignore[attr-defined]
    return stored


def _date(sent: dict[str, str]) -> dt.date | None:
    text = sent.get("expires_on", "")
    try:
        found = parse_date(text) if text else None
    except ValueError:
        found = None
    if text and found is None:
        raise InvalidInput({"expires_on": _("Write a date like 2026-05-31.")})
    return found


register_view("files/", FilesView, "files-list")
register_view("files/<str:id>/", FileView, "files-detail")
register_view("files/<str:id>/content/", ContentView, "files-content")

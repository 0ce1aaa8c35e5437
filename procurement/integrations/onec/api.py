"""The catalog as CommerceML for programs: out as a file, in as a job."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from procurement.integrations.onec import services
from srm.jobs import services as jobs
from srm.jobs.api import JobSerializer
from srm.rest.edge import unit_of_work
from srm.rest.router import register_view
from srm.rest.uploads import received_file
from srm.rest.viewsets import ApiView


class CatalogOutView(ApiView):
    """The catalog that the caller sees, as CommerceML 2.10."""

    permission = "exchange.export"
    parameters = ("legal_entity",)

    @extend_schema(
        operation_id="commerceml_export",
        parameters=[
            OpenApiParameter("legal_entity", str, description="Whose catalog; the first by its code if left out")
        ],
        responses={(200, "application/xml"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request) -> HttpResponse:
        """The file; taking it is noted in the log."""
        entity = services.owner(request.query_params.get("legal_entity", ""))
        body = services.export_catalog(actor=self.actor, legal_entity=entity)
        with unit_of_work():
            services.note_export(entity, actor=self.actor)
        headers = {"Content-Disposition": f'attachment; filename="{services.FILE_NAME}"'}
        return HttpResponse(body, content_type="application/xml", headers=headers)


class CatalogInView(ApiView):
    """Takes a CommerceML catalog in."""

    permission = "catalog.edit"
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="commerceml_import",
        request={
            "multipart/form-data": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary"}},
            }
        },
        responses={202: JobSerializer},
    )
    def post(self, request: Request) -> object:
        """The job that reads it; its result counts what was made and changed and lists what was not taken."""
        upload, _sent, told = received_file(request)
        name = services.keep(upload)

        def work() -> Response:
            job = jobs.enqueue("onec.import", actor=self.actor, name=name)
            return Response(JobSerializer(job, context=self.get_serializer_context()).data, status=202)

        return self.write(work, said=told)


register_view("catalog/commerceml/", CatalogOutView, "commerceml-export")
register_view("catalog/commerceml/import/", CatalogInView, "commerceml-import")

"""Jobs for programs: what was started, how far it is, what came of it."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from srm.core.errors import Missing
from srm.jobs import services
from srm.jobs.models import Job
from srm.jobs.tables import SORTS, JobFilter
from srm.rest.router import register, register_view
from srm.rest.serializers import Serializer
from srm.rest.viewsets import ApiView, DocumentViewSet


class JobSerializer(Serializer):
    percent = serializers.IntegerField(allow_null=True)

    class Meta:
        model = Job
        fields = (
            "kind", "title", "state", "done", "total", "percent", "message", "result", "error", "attempts",
            "created_at", "started_at", "finished_at",
        )  # fmt: skip


class JobViewSet(DocumentViewSet):
    """Background work that this account has started."""

    model = Job
    serializer_class = JobSerializer
    permissions = {"view": "jobs.view"}
    filterset_class = JobFilter
    sorts = SORTS

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("user")


class CancelView(ApiView):
    """Asks a job to stop at its next step."""

    permission = "jobs.view"

    @extend_schema(operation_id="jobs_cancel", request=None, responses=JobSerializer)
    def post(self, request: Request, id: str) -> object:
        """Cancel; 409 when it has ended."""

        def work() -> Response:
            job = Job.objects.visible_to(self.actor).filter(public_id=id).first()
            if job is None:
                raise Missing
            ended = services.cancel(job, actor=self.actor)
            return Response(JobSerializer(ended, context=self.get_serializer_context()).data)

        return self.write(work)


register("jobs", JobViewSet)
register_view("jobs/<str:id>/cancel/", CancelView, "jobs-cancel")

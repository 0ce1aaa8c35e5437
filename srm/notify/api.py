"""Notices for programs (a phone, a chat bridge)."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from srm.core.errors import Missing
from srm.notify import services
from srm.notify.models import Notice
from srm.notify.views import NoticeFilter, NoticeList
from srm.rest.router import register, register_view
from srm.rest.serializers import Serializer
from srm.rest.viewsets import ApiView, DocumentViewSet


class NoticeSerializer(Serializer):
    class Meta:
        model = Notice
        fields = ("kind", "title", "body", "url", "created_at", "read_at")


class NoticeViewSet(DocumentViewSet):
    """What this account was told."""

    model = Notice
    serializer_class = NoticeSerializer
    permissions = {"view": "notify.view"}
    filterset_class = NoticeFilter
    sorts = NoticeList.sorts


class ReadView(ApiView):
    """Marks a notice as read."""

    permission = "notify.view"

    @extend_schema(operation_id="notices_read", request=None, responses=NoticeSerializer)
    def post(self, request: Request, id: str) -> object:
        """The reader has seen it."""

        def work() -> Response:
            notice = Notice.objects.visible_to(self.actor).filter(public_id=id).first()
            if notice is None:
                raise Missing
            read = services.mark_read(notice, actor=self.actor)
            return Response(NoticeSerializer(read, context=self.get_serializer_context()).data)

        return self.write(work)


register("notices", NoticeViewSet)
register_view("notices/<str:id>/read/", ReadView, "notices-read")

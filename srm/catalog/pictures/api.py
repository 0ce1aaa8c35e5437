"""An item's picture over the API. Data sheets are files of the item like any other, under `files/`."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from srm.catalog.models import Item
from srm.catalog.pictures import selectors, services
from srm.catalog.pictures.views import shown
from srm.core.errors import InvalidInput, Missing
from srm.rest.renderers import dumps
from srm.rest.router import register_view
from srm.rest.viewsets import ApiView

UPLOAD = {
    "multipart/form-data": {
        "type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}},
    }
}  # fmt: skip


class PictureSerializer(serializers.Serializer):
    """The picture as a file."""

    id = serializers.CharField(source="public_id")
    content_type = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()


class PictureChangeView(ApiView):
    """Setting and removing the item's main picture."""

    permission = "catalog.edit"
    parser_classes = [MultiPartParser]

    @extend_schema(request=UPLOAD, responses={201: PictureSerializer}, operation_id="items_set_picture")
    def post(self, request: Request, id: str) -> Any:
        """The new picture."""
        upload = request.FILES.get("file")
        if upload is None:
            raise InvalidInput({"file": _("Send the file in the field “file” of a multipart/form-data body.")})
        item = _item(self, id)
        picture = services.store_picture(upload)
        request._request._body = dumps([picture.name, picture.sha256])  # type: ignore[attr-defined]

        def work() -> Response:
            made = services.set_picture(item, actor=self.actor, picture=picture)
            return Response(PictureSerializer(made).data, status=201)

        return self.write(work)

    @extend_schema(responses={204: None}, operation_id="items_remove_picture")
    def delete(self, request: Request, id: str) -> Any:
        """The item has none any more."""
        item = _item(self, id)

        def work() -> Response:
            services.remove_picture(item, actor=self.actor)
            return Response(status=204)

        return self.write(work)


class PictureView(ApiView):
    """The picture's content."""

    permission = "catalog.view"

    @extend_schema(operation_id="items_picture", responses={(200, "image/*"): OpenApiTypes.BINARY})
    def get(self, request: Request, id: str) -> HttpResponse:
        """The bytes, as PNG, JPEG or WebP."""
        found = selectors.picture_of(_item(self, id))
        if found is None or not found.can_be_fetched:
            raise Missing
        return shown(found)


def _item(view: ApiView, public_id: str) -> Item:
    found = Item.objects.visible_to(view.actor).filter(public_id=public_id).first()
    if found is None:
        raise Missing
    return found


register_view("items/<str:id>/picture/", PictureChangeView, "items-picture")
register_view("items/<str:id>/picture/content/", PictureView, "items-picture-content")

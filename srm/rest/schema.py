"""The API's description and its viewer, both public: they hold no data."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

from django.http import HttpResponse, HttpResponseNotModified
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.settings import patched_settings
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from srm.rest.openapi import PROBLEM
from srm.rest.renderers import dumps
from srm.rest.viewsets import ApiView


class Generator(SchemaGenerator):
    """Puts the shape of problems among the components."""

    def get_schema(self, request: Any = None, public: bool = False) -> dict:
        """The whole description."""
        found = super().get_schema(request=request, public=public)
        found.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
        return found


@cache
def description() -> tuple[bytes, str]:
    """The description in English as JSON, and its ETag; made once per process, for it changes with the code alone."""
    # States differ from model to model, so one shared name for each set of choices would be arbitrary.
    with translation.override("en"), patched_settings({"POSTPROCESSING_HOOKS": []}):
        found = dumps(Generator(urlconf=None, api_version="v1").get_schema(request=None, public=True))
    return found, f'"{hashlib.sha256(found).hexdigest()[:32]}"'


class SchemaView(ApiView):
    """The description of this API."""

    public = True
    authentication_classes: list[Any] = []
    parameters = ("lang", "version")

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        """OpenAPI 3 as JSON."""
        content, tag = description()
        headers = {"ETag": tag, "Cache-Control": "public, max-age=300"}
        if request.headers.get("If-None-Match") == tag:
            return HttpResponseNotModified(headers=headers)
        return HttpResponse(content, content_type="application/vnd.oai.openapi+json", headers=headers)


class DocsView(SpectacularSwaggerSplitView):
    """The viewer. Its start-up script comes from an address of its own, because pages carry no inline script."""

    url_name = "api:schema"
    template_name = "rest/docs.html"
    title = "Quadrant API"
    authentication_classes: list[Any] = []
    throttle_classes: list[Any] = []
    public = True

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The page, or with `?script=` its script."""
        return super().get(request, *args, **kwargs)

"""Addresses of the API: rooms register their viewsets here, upper kits add routes to each of them."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.core.exceptions import ImproperlyConfigured
from django.urls import URLPattern, path, re_path
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from srm.core.errors import Missing
from srm.rest.viewsets import ApiView, DocumentViewSet

ViewSet = type[DocumentViewSet]
RouteMaker = Callable[[str, ViewSet], list[URLPattern]]

_resources: dict[str, ViewSet] = {}
_views: dict[str, URLPattern] = {}
_makers: list[RouteMaker] = []
_PREFIX = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def register(prefix: str, viewset: ViewSet) -> None:
    """Serve `viewset` under `/api/v1/<prefix>/`; call it in the room's `api.py`.

    Raises:
        ImproperlyConfigured: the name is taken or not lower-case words with hyphens.
    """
    if not _PREFIX.fullmatch(prefix):
        raise ImproperlyConfigured(f"“{prefix}” is no name for an API resource: use lower-case words and hyphens")
    # Compared by name: when the import of an api.py fails half-way and is tried again, the class is made anew.
    if prefix in _resources and _name(_resources[prefix]) != _name(viewset):
        raise ImproperlyConfigured(f"/api/v1/{prefix}/ is already served by {_resources[prefix].__name__}")
    _resources[prefix] = viewset


def register_view(route: str, view: type[ApiView], name: str) -> None:
    """Serve one view that is no resource (a command, a feed) under `/api/v1/<route>`, which ends with a slash."""
    if not route.endswith("/") or (name in _views and _name(_views[name].callback.cls) != _name(view)):  # type: ignore[union-attr]
        raise ImproperlyConfigured(f"/api/v1/{route} ({name}) is taken or lacks its slash")
    _views[name] = path(route, view.as_view(), name=name)


def _name(view: type) -> str:
    return f"{view.__module__}.{view.__qualname__}"


def makes_routes(function: RouteMaker) -> RouteMaker:
    """Let an upper kit add routes to every resource: `fn(prefix, viewset) -> patterns` (the flow kit adds moves)."""
    _makers.append(function)
    return function


def resources() -> dict[str, ViewSet]:
    """What is registered, by prefix."""
    return dict(sorted(_resources.items()))


def urls_of(prefix: str, viewset: ViewSet) -> list[URLPattern]:
    """The addresses of one resource."""
    of_list, of_one = viewset.methods()
    patterns = [
        path(f"{prefix}/", viewset.as_view(of_list, basename=prefix, detail=False), name=f"{prefix}-list"),
        path(f"{prefix}/<str:id>/", viewset.as_view(of_one, basename=prefix, detail=True), name=f"{prefix}-detail"),
    ]
    for maker in _makers:
        patterns += maker(prefix, viewset)
    return patterns


def api_urls() -> tuple[list[URLPattern], str]:
    """Everything under `/api/v1/`, named `api:<prefix>-list` and so on; after all rooms' `api` modules are imported."""
    from srm.rest.schema import DocsView, SchemaView  # the schema describes what is registered here

    patterns = [
        path("", RootView.as_view(), name="root"),
        path("schema/", SchemaView.as_view(), name="schema"),
        path("docs/", DocsView.as_view(), name="docs"),
        *_views.values(),
    ]
    for prefix, viewset in resources().items():
        patterns += urls_of(prefix, viewset)
    patterns.append(re_path(r"^.*$", NothingHere.as_view(), name="nothing"))
    return patterns, "api"


class RootView(ApiView):
    """The resources that the caller may view."""

    permission = ""

    @extend_schema(
        operation_id="root", summary="Resources you may view",
        responses={200: {"type": "object", "additionalProperties": {"type": "string", "format": "uri"}}},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Name and address of each resource."""
        open_to_caller = {
            prefix: request.build_absolute_uri(f"{prefix}/")
            for prefix, viewset in resources().items()
            if self.actor.may(viewset.permissions["view"])
        }
        return Response(open_to_caller)


class NothingHere(ApiView):
    """Every other address below the API: a 404 in the API's own form, whoever asks.

    It logs in and counts calls like a view that is there, so that a supplier cannot tell by a bad request which is which.
    """

    public = True

    def check_query(self, request: Request) -> None:
        """Nothing is here for anybody.

        Raises:
            Missing: always.
        """
        raise Missing()

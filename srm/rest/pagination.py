"""Pages of lists by the page kit's keyset: no offset, no count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from srm.rest.errors import InvalidParameters
from srm.ui import keyset

DEFAULT_SIZE = 50
MAX_SIZE = 500
PARAMETERS = ("sort", "cursor", "limit")


class KeysetPagination(BasePagination):
    """`?sort=` from the viewset's allow-list, `?limit=` rows, and `next` as a complete address."""

    def paginate_queryset(self, queryset: QuerySet, request: Request, view: Any = None) -> list:
        """One page of rows.

        Raises:
            InvalidParameters: an unknown sort, a limit out of range, a cursor of another list.
        """
        self.request = request
        sorts = keyset.sorts_of(view.sorts, view.filterset_class, request.query_params.get("q", "").strip())
        sort = request.query_params.get("sort") or next(iter(sorts))
        if sort not in sorts:
            raise InvalidParameters({"sort": [_("Sort by one of: %(sorts)s.") % {"sorts": ", ".join(sorts)}]})
        cursor = request.query_params.get("cursor", "")
        self._check_cursor(queryset, sorts, sort, cursor)
        self.slice = keyset.paginate(
            queryset, sorts=sorts, sort=sort, cursor=cursor, per_page=self._limit(), decorate=view.decorate
        )
        return self.slice.rows

    def get_paginated_response(self, data: list) -> Response:
        """The page; `previous` is always null: programs read forward."""
        return Response({"next": self._next(), "previous": None, "results": data})

    def get_paginated_response_schema(self, schema: dict) -> dict:
        """How the page looks, for the API's description."""
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "next": {**link, "description": "Address of the next page; null on the last one."},
                "previous": {**link, "description": "Always null: lists are read forward."},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict]:
        """The three parameters, for the API's description."""
        limit = {"type": "integer", "minimum": 1, "maximum": MAX_SIZE, "default": DEFAULT_SIZE}
        sorts = list(view.sorts)
        return [
            query_parameter("cursor", {"type": "string"}, "Taken from `next`; opaque."),
            query_parameter("limit", limit, "Rows of a page."),
            query_parameter("sort", {"type": "string", "enum": sorts, "default": sorts[0]}, "Order of the rows."),
        ]

    def _check_cursor(self, queryset: QuerySet, sorts: Mapping, sort: str, cursor: str) -> None:
        """A page shows its first page for a stale cursor; a program would start to read all over without knowing."""
        if not cursor:
            return
        backward, values = keyset.read_cursor(cursor, sort, keyset.keys_of(queryset.model, sorts[sort]))
        if values is None or backward:
            raise InvalidParameters({"cursor": [_("This cursor belongs to another list or order. Start without one.")]})

    def _limit(self) -> int:
        text = self.request.query_params.get("limit", "")
        if not text:
            return DEFAULT_SIZE
        if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= MAX_SIZE:
            raise InvalidParameters({"limit": [_("Ask for 1 to %(most)d rows.") % {"most": MAX_SIZE}]})
        return int(text)

    def _next(self) -> str | None:
        if self.slice.next is None:
            return None
        return replace_query_param(self.request.build_absolute_uri(), "cursor", self.slice.next)


def query_parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    """An optional parameter of a list's query."""
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}

"""Writes JSON answers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import orjson
from django.utils.functional import Promise
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.utils.mediatypes import media_type_matches


class JSONRenderer(BaseRenderer):
    """JSON by orjson; decimals as strings, translated sentences in the caller's language."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """`data` as UTF-8 JSON; nothing for None, so that 204 has no body."""
        return b"" if data is None else dumps(data)


class OneFormat(DefaultContentNegotiation):
    """JSON, also for who asks for problem+json; `?format=` means nothing here."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The one renderer.

        Raises:
            NotAcceptable: the caller wants something else.
        """
        renderer = next(iter(renderers))
        offered = (renderer.media_type, "application/problem+json")
        if any(media_type_matches(wanted, kind) for wanted in self.get_accept_list(request) for kind in offered):
            return renderer, renderer.media_type
        raise NotAcceptable(available_renderers=renderers)


def dumps(data: object) -> bytes:
    """`data` as UTF-8 JSON bytes."""
    try:
        return orjson.dumps(data, default=_plain, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:
        # orjson refuses half a surrogate pair and integers past 64 bits; both may be echoed from a hostile request.
        return json.dumps(data, default=_plain).encode("ascii")


def _plain(value: object) -> object:
    if isinstance(value, (Decimal, Promise)):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset, tuple)) or hasattr(value, "__iter__"):
        return list(value)  # type: ignore[call-overload]
    raise TypeError(f"{type(value).__name__} is not JSON")

"""How the API's description (OpenAPI) is drawn from the declarations."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import is_patched_serializer
from drf_spectacular.utils import Direction

from srm.rest.fields import DecimalField, RefField
from srm.rest.serializers import LineId, Strict

PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "request_id"],
    "properties": {
        "type": {"type": "string", "description": "urn:quadrant:problem:<code>; a stable word for programs"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "One sentence in the caller's language"},
        "errors": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
            "description": "Sentences by field; `__all__` for the whole, `lines.3.quantity` for a line (from 0)",
        },
        "reasons": {"type": "array", "items": {"type": "string"}, "description": "Why a rule forbids it now"},
        "request_id": {"type": "string"},
    },
}
_REFUSALS = {
    "400": "The query or the body was not understood",
    "401": "No log-in, or a token that does not work",
    "403": "The role, or the token's scope, does not include this",
    "404": "There is none, or it is not yours to see",
    "409": "A rule forbids it now, or it was changed meanwhile",
    "413": "The body is too large",
    "415": "The body is not application/json",
    "422": "Values that cannot be, unknown fields, or an Idempotency-Key used for another request",
    "428": "Name the version that you are changing",
    "429": "Too many requests",
}
_READING = ("400", "401", "403", "404", "429")
_WRITING = (*_READING, "409", "413", "415", "422")
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key", "in": "header", "required": False, "schema": {"type": "string", "maxLength": 200},
    "description": "A new random value per write. A repeat with the same value and body gets the first answer again.",
}  # fmt: skip
IF_MATCH = {
    "name": "If-Match", "in": "header", "required": False, "schema": {"type": "string"},
    "description": "The ETag of the document as you saw it; instead of `version` in the body.",
}  # fmt: skip
VERSION = {"type": "integer", "minimum": 1, "description": "The version you saw; or send If-Match."}


class Schema(AutoSchema):
    """Adds what every operation of ours has: refusals as problems, the idempotency key, the version of a change."""

    def get_operation(self, *args: Any, **options: Any) -> Any:
        """The operation, with its common parts."""
        operation = super().get_operation(*args, **options)
        if operation is None:
            return None
        writes = self.method in {"POST", "PUT", "PATCH"}
        if writes:
            operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
        codes = list(_WRITING if writes else _READING)
        if self.method == "PATCH":
            operation["parameters"].append(IF_MATCH)
            codes.append("428")
        for code in codes:
            operation["responses"].setdefault(code, _refusal(_REFUSALS[code]))
        return operation

    def get_request_serializer(self) -> Any:
        """What a viewset reads may differ from what it shows."""
        if getattr(self.view, "action", None) in {"create", "partial_update"}:
            return getattr(self.view, "write_serializer_class", None) or self.view.serializer_class
        return super().get_request_serializer()

    def get_tags(self) -> list[str]:
        """Resources by their prefix; the rest under "api"."""
        parts = [part for part in self.path.split("/") if part and "{" not in part]
        return [parts[2] if len(parts) > 2 else "api"]

    def _map_basic_serializer(self, serializer: Any, direction: Direction) -> dict[str, Any]:
        """As spectacular draws it; bodies say that nothing else is taken, and changes that they name a version."""
        drawn = super()._map_basic_serializer(serializer, direction)
        if direction == "request" and isinstance(serializer, Strict):
            drawn["additionalProperties"] = False
            if is_patched_serializer(serializer, direction) and serializer.parent is None:
                drawn.setdefault("properties", {})["version"] = VERSION
        return drawn


def _refusal(description: str) -> dict:
    reference = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {"application/problem+json": {"schema": reference}}}


class TokenScheme(OpenApiAuthenticationExtension):
    """`Authorization: Bearer qd_...`."""

    target_class = "srm.rest.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict:
        """How a program logs in."""
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "qd_…",
            "description": "A token from Settings, API tokens.",
        }


class SessionScheme(OpenApiAuthenticationExtension):
    """The session of our own pages."""

    target_class = "srm.rest.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict:
        """How our own pages log in."""
        return {"type": "apiKey", "in": "cookie", "name": "session", "description": "The log-in of the web pages."}


class RefScheme(OpenApiSerializerFieldExtension):
    """References are public ids."""

    target_class = RefField
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict:
        """A string, with the name of what it refers to."""
        name, key = self.target.model._meta.object_name, self.target.key
        if key != "public_id":
            return {"type": "string", "maxLength": 60, "description": f"The {key} of a {name}"}
        return {"type": "string", "pattern": "^[A-Za-z0-9_-]{22}$", "description": f"Public id of a {name}"}


class LineScheme(OpenApiSerializerFieldExtension):
    """Lines are named by their public id, new ones by none."""

    target_class = LineId

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict:
        """A string, empty in bodies for a new line."""
        shape = {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,22}$"}
        return shape | {"nullable": True} if direction == "request" else shape


class DecimalScheme(OpenApiSerializerFieldExtension):
    """Exact numbers are strings."""

    target_class = DecimalField
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict:
        """A string of digits with at most so many decimals."""
        decimals = rf"(\.[0-9]{{1,{self.target.places}}})?" if self.target.places else ""
        return {"type": "string", "format": "decimal", "pattern": rf"^-?[0-9]+{decimals}$", "example": "12.5"}

"""Refusals as `application/problem+json` (RFC 9457): one sentence for people, one stable word for programs.

Nothing of the inside gets out: a fault of ours answers with the request's id, under which the log has the rest.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core import exceptions as django_errors
from django.core import signals
from django.db import Error as DatabaseError
from django.http import Http404, UnreadablePostError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions as drf
from rest_framework.request import Request
from rest_framework.response import Response

from srm.core.errors import Concealed, DomainError, InvalidInput, Missing, NotAllowed, RuleBroken

log = logging.getLogger(__name__)
CONTENT_TYPE = "application/problem+json"

TITLES = {
    400: _("The request was not understood"),
    401: _("Log in first"),
    403: _("Not allowed"),
    404: _("Not found"),
    405: _("Not offered here"),
    406: _("Only JSON is offered"),
    409: _("Not possible now"),
    413: _("Too large"),
    415: _("Only JSON is read"),
    422: _("Not accepted"),
    428: _("A version is needed"),
    429: _("Too many requests"),
    500: _("Our fault"),
    503: _("Busy"),
}
_BUSY = ("55P03", "40001", "40P01", "57014", "database is locked", "database table is locked")
_HOSTILE = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u200b-\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ud800-\\udfff]")
_TWICE = ("23505", "UNIQUE constraint failed")


@dataclass
class Problem:
    """What went wrong, in the form in which it is sent."""

    status: int
    code: str
    detail: object
    errors: dict[str, list] = field(default_factory=dict)
    reasons: list = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)

    def body(self, request_id: str) -> dict[str, object]:
        """The members of the JSON object; empty lists are left out."""
        found: dict[str, object] = {
            "type": f"urn:quadrant:problem:{self.code}",
            "title": TITLES.get(self.status, TITLES[400]),
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            found["errors"] = {clean(name): [clean(each) for each in texts] for name, texts in self.errors.items()}
        if self.reasons:
            found["reasons"] = [clean(reason) for reason in self.reasons]
        found["request_id"] = request_id
        return found


class PreconditionRequired(DomainError):
    """A change must say which version it changes, or it would silently undo somebody else's."""

    status = 428
    code = "version-needed"
    default = _("Say which version you are changing: send `version`, or the ETag as If-Match.")


class UnknownParameters(DomainError):
    """The address carries parameters that this resource does not have."""

    status = 400
    code = "unknown-parameter"

    def __init__(self, unknown: Iterable[str], allowed: Iterable[str]) -> None:
        offered = ", ".join(sorted(allowed)) or gettext("none")
        self.errors = {name: [gettext("Unknown parameter.")] for name in sorted(unknown)}
        super().__init__(gettext("Unknown query parameters. Allowed here: %(allowed)s.") % {"allowed": offered})


class InvalidParameters(DomainError):
    """The values of known parameters cannot be."""

    status = 400
    code = "invalid-parameter"
    default = _("A query parameter has a value that cannot be.")

    def __init__(self, errors: Mapping[str, list]) -> None:
        self.errors = dict(errors)
        super().__init__()


def handle(fault: Exception, context: dict[str, Any]) -> Response:
    """REST framework's exception handler: every exception becomes a problem."""
    request: Request | None = context.get("request")
    problem = problem_of(fault)
    if problem.status >= 500:
        _tell_operators(fault, request)
    if request is not None and (problem.status == 403 or isinstance(fault, Concealed)):
        from srm.rest.edge import report_refusal  # the edge reads requests, and this module serves below it

        report_refusal(request, problem)
    return respond(problem, request)


def respond(problem: Problem, request: Any) -> Response:
    """`problem` as a response."""
    request_id = getattr(request, "request_id", "") if request is not None else ""
    return Response(problem.body(request_id), status=problem.status, headers=problem.headers, content_type=CONTENT_TYPE)


def problem_of(fault: Exception) -> Problem:
    """The problem that describes any exception; what we do not know is a 500 that says nothing."""
    for kinds, describe in _DESCRIBERS:
        if isinstance(fault, kinds):
            return describe(fault)
    return Problem(500, "fault", gettext("Something failed on our side. Try again, or send us the request id."))


def clean(text: object) -> str:
    """`text` without what a hostile request may have put into it: control characters, half surrogates, great length."""
    return _HOSTILE.sub("�", str(text)[:500])


def flatten(detail: object, prefix: str = "") -> dict[str, list]:
    """Serializer errors as one level: `{"lines": [{}, {"quantity": [..]}]}` -> `{"lines.1.quantity": [..]}`."""
    if isinstance(detail, Mapping):
        pairs = [("__all__" if name == "non_field_errors" else str(name), found) for name, found in detail.items()]
    elif isinstance(detail, list) and any(isinstance(each, (Mapping, list)) for each in detail):
        pairs = [(str(index), found) for index, found in enumerate(detail)]
    else:
        return {prefix or "__all__": list(detail) if isinstance(detail, list) else [detail]}
    merged: dict[str, list] = {}
    for name, found in pairs:
        inner = prefix if name == "__all__" and prefix else f"{prefix}.{name}" if prefix else name
        for key, texts in flatten(found, inner).items():
            merged.setdefault(key, []).extend(texts)
    return {key: texts for key, texts in merged.items() if texts}


def _of_domain(fault: DomainError) -> Problem:
    errors = getattr(fault, "errors", {})
    reasons = fault.reasons if isinstance(fault, RuleBroken) else []
    return Problem(fault.status, fault.code, str(fault.message), dict(errors), list(reasons))


def _of_drf(fault: drf.APIException) -> Problem:
    headers = {}
    if getattr(fault, "auth_header", None):
        headers["WWW-Authenticate"] = fault.auth_header  # type: ignore[attr-defined]
    if getattr(fault, "wait", None):
        headers["Retry-After"] = str(int(fault.wait) + 1)  # type: ignore[attr-defined]
    code = str(getattr(fault, "default_code", "error")).replace("_", "-")
    return Problem(fault.status_code, code, _SENTENCES.get(type(fault), fault.detail), headers=headers)


def _of_drf_validation(fault: drf.ValidationError) -> Problem:
    return _of_domain(InvalidInput(flatten(fault.detail)))


def _of_django_validation(fault: django_errors.ValidationError) -> Problem:
    return _of_domain(InvalidInput(getattr(fault, "message_dict", None) or {"__all__": fault.messages}))


def _of_size(_fault: Exception) -> Problem:
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // (1024 * 1024)
    return Problem(413, "too-large", gettext("The body is too large. The most is %(limit)d MB.") % {"limit": limit})


def _of_database(fault: DatabaseError) -> Problem:
    """A lock waited for in vain is not our fault; of two equal rows at the same moment one is refused."""
    marks = f"{getattr(fault.__cause__, 'sqlstate', '')} {fault}"
    if any(mark in marks for mark in _BUSY):
        return Problem(
            503, "busy", gettext("Many are writing just now. Try again in a moment."), headers={"Retry-After": "2"}
        )
    if any(mark in marks for mark in _TWICE):
        return Problem(
            409, "duplicate", gettext("The same has been stored by somebody else a moment ago. Load it again.")
        )
    return Problem(500, "fault", gettext("Something failed on our side. Try again, or send us the request id."))


def _tell_operators(fault: Exception, request: Request | None) -> None:
    log.error("API request failed", exc_info=fault)
    # Django's own signal, so that test clients raise the fault and error trackers see it.
    signals.got_request_exception.send(sender=handle, request=getattr(request, "_request", None))


_SENTENCES = {
    drf.NotAuthenticated: _("Send a token: “Authorization: Bearer qd_…”."),
    drf.MethodNotAllowed: _("This method is not offered here; the Allow header lists those that are."),
    drf.NotAcceptable: _("Ask for application/json."),
    drf.UnsupportedMediaType: _("Send the body as application/json."),
    drf.Throttled: _("You are sending too many requests. Wait as long as the Retry-After header says."),
}
_DESCRIBERS: list[tuple[Any, Any]] = [
    (DomainError, _of_domain),
    (drf.ValidationError, _of_drf_validation),
    (drf.NotFound, lambda fault: _of_domain(Missing())),
    (drf.PermissionDenied, lambda fault: Problem(403, NotAllowed.code, fault.detail)),
    (drf.APIException, _of_drf),
    (Http404, lambda fault: _of_domain(Missing())),
    (django_errors.PermissionDenied, lambda fault: _of_domain(NotAllowed())),
    (django_errors.RequestDataTooBig, _of_size),
    (UnreadablePostError, lambda fault: Problem(400, "cut-off", gettext("The body did not arrive whole."))),
    (
        django_errors.SuspiciousOperation,
        lambda fault: Problem(400, "suspicious", gettext("The request was not understood.")),
    ),
    (django_errors.ValidationError, _of_django_validation),
    (DatabaseError, _of_database),
]

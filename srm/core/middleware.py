"""Every request has an id: in its logs, in its audit events, in the answer."""

import re
import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from srm.core import logs

HEADER = "X-Request-ID"
_ACCEPTED = re.compile(r"[A-Za-z0-9-]{8,64}")


class RequestIdMiddleware:
    """Take the caller's X-Request-ID when it is harmless, or make one; put it on `request.request_id`.

    The log's variables are set back in the end: a thread serves many requests, and a line written between two
    of them must not name the first one's user.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get(HEADER, "")
        identity = given if _ACCEPTED.fullmatch(given) else secrets.token_hex(16)
        request.request_id = identity  # type: ignore[attr-defined]
        of_request, of_user = logs.request_id.set(identity), logs.user.set("")
        try:
            response = self.get_response(request)
        finally:
            logs.user.reset(of_user)
            logs.request_id.reset(of_request)
        response.headers[HEADER] = identity
        return response

"""Turns refusals into answers, and keeps pages of logged-in people out of shared caches."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from srm.core.errors import DomainError, TooLarge
from srm.ui.errors import answer

API = "/api/"


class DomainErrorMiddleware:
    """`core.errors` raised by a view become pages or toasts; the API renders its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if getattr(request, "session", None) is not None and request.session.accessed:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Answer refusals; anything else is a fault and goes on to the log and the 500 page."""
        if request.path.startswith(API):
            return None
        if isinstance(exception, DomainError):
            return answer(request, exception)
        if isinstance(exception, (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)):
            return answer(request, TooLarge(_("This is more than can be sent at once. Send it in smaller parts.")))
        return None

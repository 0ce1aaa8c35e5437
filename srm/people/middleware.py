"""Hangs the Actor on each request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from srm.core import logs
from srm.core.actor import Actor
from srm.people.actors import actor_for


class ActorMiddleware:
    """`request.actor`: who acts, built once per request from the session's account."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = getattr(request, "request_id", "")

        def build() -> Actor:
            logs.user.set(getattr(request.user, "public_id", ""))
            return actor_for(request.user, request_id=request_id)  # type: ignore[arg-type]

        request.actor = SimpleLazyObject(build)  # type: ignore[attr-defined]
        return self.get_response(request)


def use_language_of(user: object) -> None:
    """Switch the running thread to the user's language, for mails and jobs."""
    translation.activate(getattr(user, "language", "en") or "en")

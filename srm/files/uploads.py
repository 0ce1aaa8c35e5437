"""How much may be sent: refused by the announced length before anything is read, and by the bytes as they come.

Three places, because a body passes three: `limit_bodies` around the ASGI application (Django would first write the
whole body to disk), `BodyLimitMiddleware` in front of the CSRF check (which reads the body), and `QuotaHandler` in
FILE_UPLOAD_HANDLERS for each single file.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from srm.core.errors import TooLarge
from srm.rest.errors import CONTENT_TYPE, problem_of
from srm.rest.renderers import dumps
from srm.ui.errors import answer

MARK = "quadrant.too_large"
API = "/api/"
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


def most_per_request() -> int:
    """Bytes of a whole request: two files of the largest size, and the fields around them."""
    return (2 * settings.UPLOAD_LIMIT_MB + 1) << 20


def most_per_file() -> int:
    """Bytes of one file."""
    return settings.UPLOAD_LIMIT_MB << 20


class UploadTooLarge(TooLarge, RequestDataTooBig):
    """Known to both: to our pages as a refusal, to Django as a body that is too big."""


def sentence() -> str:
    """What the sender is told."""
    return _("This file is too large. The most is %(most)s MB.") % {"most": settings.UPLOAD_LIMIT_MB}


# ------------------------------------------------------------------------------------------------- around ASGI


def limit_bodies(application: Application) -> Application:
    """`application`, which never sees more of a body than it may: what is too large arrives empty and marked."""

    async def limited(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            receive = _Counted(scope, receive)
        await application(scope, receive, send)

    return limited


class _Counted:
    """Hands the body on while it is small enough; after that it swallows the rest, so that the answer can be read."""

    def __init__(self, scope: MutableMapping[str, Any], receive: Receive) -> None:
        self.scope, self.receive, self.left = scope, receive, most_per_request()
        self.ended = False
        announced = dict(scope.get("headers") or ()).get(b"content-length", b"")
        if announced.isdigit() and int(announced) > self.left:
            self.scope[MARK] = True

    async def __call__(self) -> Message:
        if self.scope.get(MARK):
            return await self._swallow()
        message = await self.receive()
        self.left -= len(message.get("body", b""))
        if self.left < 0:
            self.scope[MARK] = True
            return await self._swallow()
        return message

    async def _swallow(self) -> Message:
        if not self.ended:
            self.ended = True
            return {"type": "http.request", "body": b"", "more_body": False}
        while (message := await self.receive())["type"] == "http.request":
            pass
        return message


# ------------------------------------------------------------------------------------------------- in Django


class BodyLimitMiddleware:
    """Answers 413 to what is too large. Stands before the CSRF middleware, which would read the body."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponseBase | None:
        """By now the session and the language are known, so the page is the reader's own."""
        if not is_too_large(request):
            return None
        fault = TooLarge(sentence())
        if request.path.startswith(API):
            body = dumps(problem_of(fault).body(getattr(request, "request_id", "")))
            return HttpResponse(body, status=fault.status, content_type=CONTENT_TYPE)
        return answer(request, fault)


def is_too_large(request: HttpRequest) -> bool:
    """Whether the body is over the limit, by what was announced or by what came."""
    if getattr(request, "scope", {}).get(MARK):
        return True
    announced = request.META.get("CONTENT_LENGTH") or "0"
    return announced.isdigit() and int(announced) > most_per_request()


class QuotaHandler(FileUploadHandler):
    """Counts the bytes of each file and stops at the limit; keeps nothing itself. First in FILE_UPLOAD_HANDLERS."""

    taken = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """A new file begins."""
        super().new_file(*args, **kwargs)
        self.taken = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Count, and hand the bytes on.

        Raises:
            UploadTooLarge
        """
        self.taken += len(raw_data)
        if self.taken > most_per_file():
            raise UploadTooLarge(sentence())
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The next handler keeps the file."""
        return None

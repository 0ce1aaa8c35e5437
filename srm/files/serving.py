"""Handing out content: always as a download, never as a page of ours."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import IO

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

BLOCK = 256 << 10
SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
}


def download(request: HttpRequest, file: IO[bytes], *, name: str, content_type: str, size: int) -> HttpResponseBase:
    """`file` as an answer that a browser saves and does not run, in blocks, and closes it in the end."""
    is_async = hasattr(request, "scope")
    response = StreamingHttpResponse(_in_thread(file) if is_async else _blocks(file), content_type=content_type)
    response._resource_closers.append(file.close)  # type: ignore[attr-defined]
    for header, value in SAFE_HEADERS.items():
        response.headers[header] = value
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response.headers["Content-Length"] = str(size)
    return response


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    while block := file.read(BLOCK):
        yield block


async def _in_thread(file: IO[bytes]) -> AsyncIterator[bytes]:
    """Under ASGI a plain iterator would be read into memory as a whole first."""
    read = sync_to_async(file.read, thread_sensitive=False)
    while block := await read(BLOCK):
        yield block

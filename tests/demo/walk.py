"""Walking through the demo company: every page of the role matrix, and every link that a page shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urldefrag, urljoin, urlsplit

from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from srm.people.actors import actor_for
from srm.people.models import User
from srm.ui.reading import visible
from tests.roles.walker import LIBRARY, address_of, entries, parameters_of, roles_of

# Objects of one kind that are tried until one opens: an edit page opens for drafts only.
TRIED = 12
SHOWS = re.compile(r'<a\b[^>]*\bhref="([^"]+)"|\bhx-get="([^"]+)"|\bdata-href="([^"]+)"')


@dataclass
class Visit:
    """One page opened: where, by whom, what came."""

    role: str
    address: str
    status: int
    queries: int
    body: str = field(repr=False, default="")


@dataclass(frozen=True)
class Walker:
    """A person of the demo company with a browser."""

    role: str
    user: User
    client: Client

    @classmethod
    def of(cls, role: str, email: str) -> Walker:
        """The persona of that address, logged in."""
        user, client = User.objects.get(email=email), Client(raise_request_exception=False)
        client.force_login(user)
        return cls(role, user, client)

    def open(self, address: str) -> Visit:
        """Get a page and count what it asked the database."""
        with CaptureQueriesContext(connection) as asked:
            answer = self.client.get(address)
            is_page = answer.headers.get("Content-Type", "").startswith("text/html")
            body = answer.content.decode() if is_page else b"".join(answer).decode("latin-1")[:1]
        real = [one for one in asked.captured_queries if not one["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN"))]
        return Visit(self.role, address, answer.status_code, len(real), body if is_page else "")


def pages() -> Iterator[tuple[str, frozenset[str]]]:
    """(name, roles) of each page that is no library's and no part of the API."""
    for entry in entries():
        if entry.admitted != LIBRARY and not entry.name.startswith("api:") and ":" in entry.name:
            yield entry.name, frozenset(roles_of(entry.admitted))


def addresses(name: str, user: User) -> list[str]:
    """Where that page is for this user: for each of a few objects he may see, the newest and the oldest."""
    if not parameters_of(name):
        return [address_of(name)]
    view = resolve(address_of(name)).func.view_class  # type: ignore[attr-defined]
    model: type[models.Model] | None = getattr(view, "model", None)
    if model is None:
        return []
    rows = visible(model, actor_for(user))
    newest, oldest = rows.order_by("-pk")[:TRIED], rows.order_by("pk")[:1]
    told = [{one: str(getattr(row, one, "x")) for one in parameters_of(name)} for row in [*newest, *oldest]]
    return list(dict.fromkeys(address_of(name, **values) for values in told))


def links_of(visit: Visit) -> list[str]:
    """The addresses of ours that a page leads to, in its order, each once."""
    found = {}
    for match in SHOWS.finditer(visit.body):
        target = unescape(next(filter(None, match.groups())))
        address, _anchor = urldefrag(urljoin(visit.address, target))
        parts = urlsplit(address)
        if not parts.scheme and not parts.netloc and address.startswith("/"):
            found[address] = None
    return list(found)

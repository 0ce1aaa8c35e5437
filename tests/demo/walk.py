"""Walking through the demo company: every page of the role matrix, and every link that a page shows."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import parse_qsl, urldefrag, urljoin

from django.db import connection, models
from django.db.models import Count
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import Resolver404, resolve

from srm.people.actors import actor_for
from srm.people.models import User
from srm.ui.reading import visible
from tests.roles.walker import LIBRARY, address_of, entries, parameters_of, roles_of

# Objects of one kind that are tried until one opens: an edit page opens for drafts only.
TRIED = 12
# Two of each kind of page are opened while crawling.
OF_A_KIND = 2
# Not pages: what a browser loads by itself, and the way out.
LEFT_ALONE = ("/static/", "/account/logout")
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
    """Where that page is for this user: of the document with the most lines, of the newest ones and of the oldest."""
    if not parameters_of(name):
        return [address_of(name)]
    view = resolve(address_of(name)).func.view_class  # type: ignore[attr-defined]
    model: type[models.Model] | None = getattr(view, "model", None)
    if model is None:
        return []
    rows = visible(model, actor_for(user))
    has_lines = any(one.name == "lines" for one in model._meta.get_fields())
    longest = rows.annotate(count=Count("lines")).order_by("-count")[:1] if has_lines else []
    tried = [*longest, *rows.order_by("-pk")[:TRIED], *rows.order_by("pk")[:1]]
    told = [{one: str(getattr(row, one, "x")) for one in parameters_of(name)} for row in tried]
    return list(dict.fromkeys(address_of(name, **values) for values in told))


def links_of(visit: Visit) -> list[str]:
    """The addresses of ours that a page leads to, in its order, each once."""
    found = {}
    for match in SHOWS.finditer(visit.body):
        target = unescape(next(filter(None, match.groups())))
        address, _anchor = urldefrag(urljoin(visit.address, target))
        if address.startswith("/") and not address.startswith(LEFT_ALONE):
            found[address] = None
    return list(found)


def crawl(walker: Walker, start: str, most: int) -> Iterator[tuple[Visit, str]]:
    """(page, the page that led there): what `walker` reaches by links, broad before deep.

    Of each kind of page, with each set of query parameters, two are opened: the third order looks like the second.
    """
    waiting, seen, opened = deque([(start, "")]), {start}, Counter()
    while waiting and opened.total() < most:
        address, origin = waiting.popleft()
        kind = _kind_of(address)
        if opened[kind] == OF_A_KIND:
            continue
        opened[kind] += 1
        visit = walker.open(address)
        yield visit, origin
        new = [link for link in links_of(visit) if link not in seen] if visit.status == 200 else []
        seen.update(new)
        waiting.extend((link, address) for link in new)


def _kind_of(address: str) -> str:
    """The name of a page, with the names of what is asked in its query; the address itself where nothing is."""
    path, _mark, query = address.partition("?")
    try:
        name = resolve(path).view_name
    except Resolver404:
        name = path
    return f"{name}?{','.join(sorted(dict(parse_qsl(query, keep_blank_values=True))))}"

"""A receiver of webhooks in this process, and people who manage integrations."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from srm.core.actor import Actor
from srm.people.actors import actor_for
from srm.people.models import User, UserRole


def person(email: str, *roles: str, kind: str = "staff") -> Actor:
    """The actor of a new account with `roles`."""
    user = User.objects.create_user(email, name=email.partition("@")[0].title(), kind=kind)
    UserRole.objects.bulk_create(UserRole(user=user, role=role) for role in roles)
    return actor_for(user)


@pytest.fixture
def keeper(db: None) -> Actor:
    """Who manages integrations."""
    return person("admin@example.com", "administrator")


class Listener:
    """Remembers calls; `answer` is (status, headers, body) or does the answering itself."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, str], bytes]] = []
        self.answer: Callable[[BaseHTTPRequestHandler], None] | None = None
        self.status, self.headers = 200, {}
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                listener.calls.append((self.path, dict(self.headers), body))
                if listener.answer is not None:
                    return listener.answer(self)
                self.send_response(listener.status)
                for name, value in listener.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", "2")
                self.end_headers()
                self.wfile.write(b"ok")
                return None

            do_GET = do_POST

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()


@pytest.fixture
def listener(settings) -> Iterator[Listener]:
    """A receiver on this machine, which only this setting allows to be called."""
    settings.WEBHOOK_ALLOW_PRIVATE = True
    one = Listener()
    yield one
    one.server.shutdown()
    one.server.server_close()


def drip(handler: BaseHTTPRequestHandler) -> None:
    """An answer in drops: each arrives in time, all together they take for ever."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    try:
        for _ in range(100):
            handler.wfile.write(b"x-drop: 1\r\n")
            handler.wfile.flush()
            time.sleep(0.2)
    except OSError:
        pass

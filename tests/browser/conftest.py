"""A real server, a real browser, and people who use both.

The server is a granian process on the tests' own database, as in production, not Django's live server. Every page that
is closed is judged: no script error, nothing refused by the content security policy, no sideways scroll.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
AXE = settings.BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs a browser."""
    for item in items:
        if Path(item.path).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium"))


@pytest.fixture(scope="session")
def static_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Static files under hashed names, collected once."""
    folder = tmp_path_factory.mktemp("static")
    run([sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"], folder, connection.settings_dict["NAME"])
    return folder


def environment(static: Path, database: object) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.browser.settings",
        "BROWSER_DATABASE": str(database),
        "BROWSER_STATIC": str(static),
    }


def run(command: list[str], static: Path, database: object) -> None:
    subprocess.run(command, cwd=settings.BASE_DIR, env=environment(static, database), check=True)


@pytest.fixture
def site(committed_firm, static_files: Path) -> Iterator[str]:
    """The address of a server on the tests' database."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "granian", "--interface", "asginl", "--port", str(port), "--no-ws", "srm.asgi:application",
    ]  # fmt: skip
    server = subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=environment(static_files, connection.settings_dict["NAME"]),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/account/login/", server)
        yield address
    finally:
        server.terminate()
        server.wait(60)


def wait_for(address: str, server: subprocess.Popen) -> None:
    for _try in range(450):
        if server.poll() is not None:
            raise RuntimeError("the server ended before it answered")
        try:
            urllib.request.urlopen(address, timeout=2)
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the server does not answer")


@pytest.fixture(scope="module")
def browser():
    """One Chromium for the tests of a file.

    Playwright keeps an event loop in this thread, so Django takes the tests' own queries for asynchronous ones, and no
    other test of this process could run a loop of its own until it ends.
    """
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page_of(site: str, browser, committed_firm) -> Iterator[Callable]:
    """`page_of("buyer", width=360, dark=True)`: a page of a persona who is logged in (nobody without a name)."""
    contexts, faults = [], []

    def open_page(persona: str = "", *, width: int = 1280, dark: bool = False, language: str = "en"):
        context = browser.new_context(
            base_url=site,
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            locale=language,
        )
        contexts.append(context)
        if persona:
            context.add_cookies(
                [{"name": "session", "value": session_of(getattr(committed_firm.users, persona)), "url": site}]
            )
        page = context.new_page()
        page.on("pageerror", lambda fault: faults.append(f"script: {fault}"))
        page.on("console", lambda message: "Content Security" in message.text and faults.append(message.text))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


def session_of(user) -> str:
    """A session of the account, as log-in makes it."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return session.session_key


def assert_fits(page) -> None:
    """The page does not scroll sideways."""
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, page.url


def assert_accessible(page) -> None:
    """axe finds nothing against WCAG 2.2 AA."""
    page.evaluate(AXE.read_text())
    found = page.evaluate(f"axe.run(document, {{runOnly: {RULES}}})")["violations"]
    assert [(one["id"], [node["target"] for node in one["nodes"]][:3]) for one in found] == [], page.url

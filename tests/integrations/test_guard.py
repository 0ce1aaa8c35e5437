"""No address inside the network is called, however it is written and whatever its name resolves to."""

from __future__ import annotations

import ipaddress
import socket

import httpcore
import pytest

from srm.integrations import guard
from tests.integrations.conftest import Listener, drip

PUBLIC = "93.184.215.14"
INSIDE = [
    "http://127.0.0.1/", "http://127.1/", "http://0/", "http://0.0.0.0/", "http://2130706433/", "http://0x7f000001/",
    "http://0x7f.1/", "http://0177.0.0.1/", "http://017700000001/", "http://[::1]/", "http://[::]/",
    "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[::127.0.0.1]/", "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/", "http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/", "http://[fe80::1]/", "http://[fe80::1%25eth0]/",
    "http://[fc00::1]/", "http://[fd12:3456::1]/", "http://[ff02::1]/", "http://[2001:db8::1]/",
    "http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/", "http://100.100.100.200/", "http://100.64.0.1/",
    "http://10.0.0.1/", "http://172.16.5.4/", "http://172.31.255.255/", "http://192.168.1.1/", "http://192.0.0.1/",
    "http://198.18.0.1/", "http://192.0.2.1/", "http://203.0.113.7/", "http://224.0.0.1/", "http://240.0.0.1/",
    "http://255.255.255.255/", "http://localhost/", "http://localhost./", "http://LOCALHOST/", "http://a.localhost/",
    "http://printer.local/", "http://db.internal/", "http://intranet/",
]  # fmt: skip
MALFORMED = [
    "file:///etc/passwd", "gopher://example.com/", "ftp://example.com/", "dict://example.com:11211/", "javascript:alert(1)",
    "//example.com/", "http://", "http:///x", "http://user:secret@example.com/", "http://example.com@127.0.0.1/",
    "http://example.com:22/", "http://example.com:25/", "http://example.com:6379/", "http://example.com:99999/",
    "http://exa mple.com/", "http://example.com\\@127.0.0.1/", "http://example.com/\r\nX: y", "", "example.com", "http://[::1",
]  # fmt: skip


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What names resolve to, by number of the question; and which addresses were connected to (under "connected")."""
    table: dict[str, list[str]] = {"connected": []}
    real = socket.getaddrinfo

    def look_up(host: str, port: int, *args: object, **options: object) -> list:
        if host in table:
            found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in table[host].pop(0).split()]
            return found
        return real(host, port, *args, **options)  # numbers in any spelling, as the system takes them

    def connect(self: object, host: str, port: int, *args: object) -> None:
        table["connected"].append(host)
        raise httpcore.ConnectError("no network in tests")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    return table


def test_the_list_is_long_enough() -> None:
    assert len(INSIDE) + len(MALFORMED) >= 60


@pytest.mark.parametrize("url", INSIDE + MALFORMED)
def test_such_an_address_is_refused_when_it_is_entered_and_when_it_is_called(url: str, names) -> None:
    assert guard.why_not(url) is not None
    with pytest.raises(guard.Blocked):
        guard.post(url, b"{}", {})
    assert names["connected"] == []


@pytest.mark.parametrize("url", INSIDE)
def test_it_is_refused_at_the_connection_even_if_nobody_looked_at_the_url(url: str, names, monkeypatch) -> None:
    """The wall behind the wall: the check of the text is switched off, the resolver and the connection are not."""
    monkeypatch.setattr(guard, "why_not", lambda url: None)
    for host in ("printer.local", "db.internal", "intranet", "a.localhost", "localhost."):
        names[host] = ["10.1.2.3"]
    with pytest.raises((guard.Blocked, *guard.NETWORK_ERRORS)):
        guard.post(url, b"{}", {})
    assert names["connected"] == []


def test_a_name_that_leads_inside_is_refused(names) -> None:
    for inside in ("127.0.0.1", "10.0.0.5", "169.254.169.254", f"{PUBLIC} 10.0.0.5"):
        names["rebind.example.com"] = [inside]
        with pytest.raises(guard.Blocked):
            guard.post("http://rebind.example.com/", b"{}", {})
    assert names["connected"] == []


def test_a_name_that_changes_its_mind_finds_no_way_in(names) -> None:
    """It is resolved once, and the connection goes to the address that was checked, not to the name."""
    names["rebind.example.com"] = [PUBLIC, "127.0.0.1", "127.0.0.1"]
    with pytest.raises(httpcore.ConnectError):
        guard.post("https://rebind.example.com/hook", b"{}", {})
    assert names["connected"] == [PUBLIC]
    assert names["rebind.example.com"] == ["127.0.0.1", "127.0.0.1"], "asked once"


def test_in_production_only_https_is_called(settings) -> None:
    settings.PRODUCTION = True
    assert guard.why_not("http://example.com/") is not None
    assert guard.why_not("https://example.com/hook?x=1") is None


@pytest.mark.parametrize("number", [PUBLIC, "8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_the_open_internet_is_open(number: str) -> None:
    assert guard.is_public(ipaddress.ip_address(number))


def test_a_redirect_is_not_followed(listener: Listener) -> None:
    listener.status, listener.headers = 302, {"location": listener.url + "/inside"}
    assert guard.post(listener.url, b"{}", {}).status == 302
    assert [path for path, _headers, _body in listener.calls] == ["/hook"]


def test_without_the_setting_this_machine_is_not_called(listener: Listener, settings) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = False
    with pytest.raises(guard.Blocked):
        guard.post(listener.url, b"{}", {})
    assert listener.calls == []


def test_proxies_of_the_environment_are_not_used(listener: Listener, monkeypatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert guard.post(listener.url, b"{}", {}).status == 200


def test_an_answer_in_drops_ends_at_the_deadline(listener: Listener, monkeypatch) -> None:
    import time

    listener.answer = drip
    monkeypatch.setattr(guard.GuardedTransport.__init__, "__defaults__", (1.0,))
    begun = time.monotonic()
    with pytest.raises(guard.NETWORK_ERRORS):
        guard.post(listener.url, b"{}", {})
    assert time.monotonic() - begun < 4


def test_a_huge_answer_is_read_to_a_limit(listener: Listener) -> None:
    def flood(handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 500000000\r\n\r\n")
        try:
            for _ in range(5000):
                handler.wfile.write(b"x" * 100_000)
        except OSError:
            pass

    listener.answer = flood
    assert len(guard.post(listener.url, b"{}", {}).text) == 200

"""Calls to addresses that users typed, without lending them our place in the network (SSRF).

The name is resolved once, every address it has must be public, and the connection goes to the very address that was
checked: judging the URL alone would not do, for a name may resolve to something else a moment later, and numbers can
be written in many ways (octal, decimal, IPv4 inside IPv6). Redirects are not followed, proxies of the environment not
used, the whole exchange has one deadline, and the answer is read to a limit.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpcore
import httpx
from django.conf import settings
from django.utils.translation import gettext_lazy as _

PORTS = frozenset({80, 443, 8080, 8443})
SECONDS = 10.0
READ_AT_MOST = 64 * 1024
USER_AGENT = "Quadrant-Webhooks/1"
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
_GLOBAL_V6 = ipaddress.ip_network("2000::/3")


class Blocked(Exception):
    """The address lies inside, or is written in a way we do not call."""


@dataclass(frozen=True)
class Answer:
    """What came back: the status, the first bytes, and how long the receiver asks us to wait."""

    status: int
    text: str
    retry_after: int | None


def allows_private() -> bool:
    """Whether addresses inside may be called: demonstrations and tests only."""
    return bool(getattr(settings, "WEBHOOK_ALLOW_PRIVATE", False))


def why_not(url: str) -> object | None:
    """The sentence why `url` cannot be called, as far as it shows without resolving it; None when it may be tried."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return _("This is not an address. Write it like https://example.com/hook.")
    if (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or not url.isprintable()
        or "\\" in url
        or " " in url
    ):
        return _("This is not an address. Write it like https://example.com/hook.")
    if settings.PRODUCTION and parts.scheme != "https":
        return _("Use https, so that nobody on the way can read or change the messages.")
    if parts.username is not None or parts.password is not None:
        return _("Leave name and password out of the address; messages are signed instead.")
    if allows_private():
        return None
    if port is not None and port not in PORTS:
        return _("Only the ports 80, 443, 8080 and 8443 can be called.")
    return _inside(parts.hostname)


def _inside(host: str) -> object | None:
    name = host.rstrip(".").lower()
    literal = _as_number(name)
    if literal is not None and not is_public(literal):
        return _("This address lies inside the network and cannot be called.")
    if (
        name == "localhost"
        or name.endswith((".localhost", ".local", ".internal"))
        or (literal is None and "." not in name)
    ):
        return _("This address lies inside the network and cannot be called.")
    return None


def _as_number(name: str) -> Address | None:
    """The IP address that `name` is, in any spelling that the system's resolver would take for a number."""
    try:
        return ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        pass
    try:
        return ipaddress.ip_address(socket.inet_aton(name))
    except (OSError, UnicodeError):
        return None


def is_public(address: Address) -> bool:
    """Whether `address` is one of the open Internet; IPv4 hidden in IPv6 is judged as what it is."""
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast and not address.is_reserved
    if address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    if any(address in network for network in _NAT64):
        return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    if address.sixtofour is not None or address.teredo is not None:
        return False  # tunnels: what they lead to cannot be told
    return address in _GLOBAL_V6 and address.is_global and not address.is_multicast and not address.is_reserved


def resolve(host: str, port: int) -> list[str]:
    """The addresses of `host`, all of them public.

    Raises:
        Blocked: one of them is not. OSError: the name does not resolve.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    numbers = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not allows_private():
        for number in numbers:
            if not is_public(ipaddress.ip_address(number.partition("%")[0])):
                raise Blocked(f"{host} leads to {number}, inside the network")
    return numbers


# ------------------------------------------------------------------------------------------------- the connection


class _Timed(httpcore.NetworkStream):
    """A stream whose every wait ends at one deadline, so that an answer in drops cannot hold the sender."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self._inner, self._deadline = inner, deadline

    def _left(self, timeout: float | None) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the answer took too long")
        return min(left, timeout) if timeout is not None else left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Timed(self._inner.start_tls(ssl_context, server_hostname, self._left(timeout)), self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)


class _Guarded(httpcore.NetworkBackend):
    """Opens connections to checked addresses only. TLS still proves the name: that is asked for above this layer."""

    def __init__(self, deadline: float) -> None:
        self._inner = httpcore.SyncBackend()
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        if port not in PORTS and not allows_private():
            raise Blocked(f"port {port} is not called")
        fault: Exception = OSError(f"{host} has no address")
        for number in resolve(host, port):
            left = self._deadline - time.monotonic()
            try:
                stream = self._inner.connect_tcp(
                    number, port, max(0.1, min(left, timeout or left)), local_address, socket_options
                )
            except httpcore.NetworkError as refused:
                fault = refused
                continue
            return _Timed(stream, self._deadline)
        raise fault

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: object = None
    ) -> httpcore.NetworkStream:
        raise Blocked("sockets of this machine are not called")


class _Body(httpx.SyncByteStream):
    def __init__(self, inner: Iterable[bytes]) -> None:
        self._inner = inner

    def __iter__(self) -> Iterator[bytes]:
        yield from self._inner

    def close(self) -> None:
        if hasattr(self._inner, "close"):
            self._inner.close()


class GuardedTransport(httpx.BaseTransport):
    """httpx over checked connections, with one deadline for all that happens on it."""

    def __init__(self, seconds: float = SECONDS) -> None:
        backend = _Guarded(time.monotonic() + seconds)
        context = httpx.create_ssl_context(trust_env=False)
        self._pool = httpcore.ConnectionPool(ssl_context=context, max_connections=1, network_backend=backend)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One exchange; `Blocked` and httpcore's errors go through as they are."""
        url = request.url
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        asked = httpcore.Request(
            request.method, target, headers=request.headers.raw, content=request.stream, extensions=request.extensions
        )
        answer = self._pool.handle_request(asked)
        assert isinstance(answer.stream, Iterable)
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer.stream), extensions=answer.extensions
        )

    def close(self) -> None:
        self._pool.close()


NETWORK_ERRORS = (httpx.HTTPError, httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError)


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send `body` to `url` and read the beginning of the answer.

    Raises:
        Blocked: it may not be called. NETWORK_ERRORS: it cannot be reached, or takes longer than ten seconds.
    """
    if reason := why_not(url):
        raise Blocked(str(reason))
    try:
        target = httpx.URL(url)
    except httpx.InvalidURL as fault:
        raise Blocked(str(fault)) from fault
    sent = {"user-agent": USER_AGENT, "content-type": "application/json", "accept-encoding": "identity", **headers}
    with (
        httpx.Client(transport=GuardedTransport(), timeout=SECONDS, follow_redirects=False, trust_env=False) as client,
        client.stream("POST", target, content=body, headers=sent) as answer,
    ):
        read = b""
        for chunk in answer.iter_raw():
            read += chunk
            if len(read) >= READ_AT_MOST:
                break
        after = answer.headers.get("retry-after", "")
        text = read[:200].decode("utf-8", "replace")
        return Answer(answer.status_code, text, int(after) if after.isdigit() and len(after) < 7 else None)

"""Channels: who carries which events to whom. Rooms declare them with `@delivers`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from srm.outbox.models import OutboxEvent


class Undeliverable(Exception):
    """Trying again cannot help (bad address, receiver gone): the delivery is parked at once."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.status = status


class NotNeeded(Exception):
    """The receiver no longer wants or may have it (left, unsubscribed): the delivery ends without being sent."""


class TryLater(Exception):
    """It failed in an expected way; `status` is what the receiver answered, `after` the pause it asked for."""

    def __init__(self, reason: str, status: int | None = None, after: int | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.after = after


@dataclass(frozen=True)
class Parcel:
    """What a channel's handler gets: the event and the receiver. `event_id` is the same on every attempt."""

    delivery_id: int
    fence: int
    attempt: int
    target: str
    event_pk: int
    event_id: str
    kind: str
    key: str
    payload: dict
    created_at: dt.datetime
    sequence: int | None
    legal_entity_id: int | None = None


Route = Callable[["OutboxEvent"], Iterable[str]]
Handler = Callable[[Parcel], "int | None"]


@dataclass(frozen=True)
class Channel:
    """`route` names the receivers of an event, `send` carries it to one of them."""

    name: str
    route: Route
    send: Handler
    lease: int


CHANNELS: dict[str, Channel] = {}
PRIVATE_KINDS: set[str] = set()


def delivers(name: str, *, to: Route, private: Iterable[str] = (), lease: int = 60) -> Callable[[Handler], Handler]:
    """Declare the handler of channel `name`.

    `to(event)` lists receivers (up to 200 characters each); it runs inside the dispatcher's transaction and may read
    the database only. The handler runs outside of any transaction; it may return the receiver's status code, and
    raises `TryLater`, `Undeliverable` or `NotNeeded`; any other exception means another try. Kinds named `private`
    stay out of the change feed. `lease` is how many seconds an attempt may take.
    """

    def register(handler: Handler) -> Handler:
        if name in CHANNELS:
            raise RuntimeError(f"two handlers deliver {name!r}")
        CHANNELS[name] = Channel(name, to, handler, lease)
        PRIVATE_KINDS.update(private)
        return handler

    return register

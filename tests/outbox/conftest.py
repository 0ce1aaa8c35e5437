"""A channel whose receiver the test plays."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction

from srm.outbox import registry, services
from srm.outbox.models import Delivery, OutboxEvent


class Receiver:
    """Remembers what it got; `fails` tells it how to answer."""

    def __init__(self) -> None:
        self.got: list[registry.Parcel] = []
        self.targets: list[str] = ["one"]
        self.fails: Callable[[registry.Parcel], None] = lambda parcel: None

    def route(self, event: OutboxEvent) -> list[str]:
        return self.targets

    def send(self, parcel: registry.Parcel) -> int:
        self.fails(parcel)
        self.got.append(parcel)
        return 200


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Receiver:
    """The only channel there is, called "test"."""
    one = Receiver()
    channel = registry.Channel("test", one.route, one.send, lease=60)
    monkeypatch.setattr(services, "CHANNELS", {"test": channel})
    return one


def emitted(kind: str = "item.changed", **payload: object) -> OutboxEvent:
    """An event, committed."""
    with transaction.atomic():
        return services.emit(kind, payload)


def only_delivery() -> Delivery:
    """The one delivery there is."""
    return Delivery.objects.unscoped("test").get()

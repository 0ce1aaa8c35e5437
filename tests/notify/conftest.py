"""People who are told things, and what lands in their mailboxes."""

from __future__ import annotations

import pytest
from django.db import transaction

from srm.core.actor import SYSTEM
from srm.notify import registry, services
from srm.notify.models import Notice
from srm.outbox.services import deliver_due
from srm.people.models import User


def user(name: str = "Anna Bell", language: str = "en", **values: object) -> User:
    """An account; its address is made from its name."""
    return User.objects.create_user(
        f"{name.split()[0].lower()}@example.com", name=name, language=language, time_zone="UTC", **values
    )


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kinds of the tests' own beside the declared ones."""
    monkeypatch.setattr(registry, "KINDS", dict(registry.KINDS))
    registry.kind("test.mailed", "Mailed", channel="mail")
    registry.kind("test.daily", "Daily", channel="digest")
    registry.kind("test.quiet", "Quiet", channel="app")
    registry.kind("test.must", "Must", channel="mail", required=True)


def told(*users: User, kind: str = "test.mailed", subject: object = "Subject", **words: object) -> list[Notice]:
    """Tell `users` in a transaction of its own."""
    words.setdefault("actor", SYSTEM)
    with transaction.atomic():
        return services.tell(users, kind=kind, subject=subject, **words)  # type: ignore[arg-type]


def delivered() -> int:
    return deliver_due()


def inbox(one: User) -> list[Notice]:
    return list(Notice.objects.unscoped("test").filter(user=one).order_by("id"))

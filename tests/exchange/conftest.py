"""People who import, and kinds of imports of the tests' own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client

from srm.core.actor import Actor
from srm.exchange import importer
from srm.people.actors import actor_for
from srm.people.models import User, UserRole
from tests.exchange.kinds import DepartmentImport, HistoryImport


def person(name: str, *roles: str, language: str = "en") -> User:
    """An account with roles."""
    user = User.objects.create_user(f"{name}@example.org", name=name.title(), language=language)
    UserRole.objects.bulk_create(UserRole(user=user, role=role) for role in roles)
    return user


@pytest.fixture(autouse=True)
def own_store(settings, tmp_path: Path) -> None:
    store = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "store"}}
    settings.STORAGES = {**settings.STORAGES, "default": store}


@pytest.fixture(autouse=True)
def own_kinds() -> Iterator[None]:
    before = dict(importer.KINDS)
    importer.KINDS.clear()
    importer.import_kind(HistoryImport)
    importer.import_kind(DepartmentImport)
    yield
    importer.KINDS.clear()
    importer.KINDS.update(before)


@pytest.fixture
def buyer(db) -> User:
    return person("buyer", "buyer")


@pytest.fixture
def rival(db) -> User:
    return person("rival", "buyer")


@pytest.fixture
def actor(buyer: User) -> Actor:
    return actor_for(buyer)


@pytest.fixture
def client_for() -> Callable[[User], Client]:
    def logged_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return logged_in

"""A document that carries files (a job serves: it has an owner and a scope), and people around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client

from srm.files import rules
from srm.jobs.models import Job
from srm.people.actors import actor_for
from srm.people.models import User, UserRole

LIMITER = "srm.files.uploads.BodyLimitMiddleware"
QUOTA = "srm.files.uploads.QuotaHandler"


def person(name: str, *roles: str, kind: str = "staff") -> User:
    """An account with roles."""
    user = User.objects.create_user(f"{name}@example.org", name=name.title(), kind=kind)
    UserRole.objects.bulk_create(UserRole(user=user, role=role) for role in roles)
    return user


def job_of(user: User) -> Job:
    return Job.objects.unscoped("test").create(kind="test", title="Drawing", user=user)


@pytest.fixture(autouse=True)
def wired(settings, tmp_path: Path) -> None:
    """The limits in their places, and a store of the test's own."""
    if LIMITER not in settings.MIDDLEWARE:
        at = settings.MIDDLEWARE.index("django.middleware.csrf.CsrfViewMiddleware")
        settings.MIDDLEWARE = [*settings.MIDDLEWARE[:at], LIMITER, *settings.MIDDLEWARE[at:]]
    if QUOTA not in settings.FILE_UPLOAD_HANDLERS:
        settings.FILE_UPLOAD_HANDLERS = [QUOTA, *settings.FILE_UPLOAD_HANDLERS]
    store = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "store"}}
    settings.STORAGES = {**settings.STORAGES, "default": store}


@pytest.fixture(autouse=True)
def jobs_carry_files() -> Iterator[None]:
    before = dict(rules._rules)
    rules.attachable(Job, view="jobs.view", change="files.attach")
    yield
    rules._rules.clear()
    rules._rules.update(before)


@pytest.fixture
def buyer(db) -> User:
    return person("buyer", "buyer")


@pytest.fixture
def rival(db) -> User:
    return person("rival", "buyer")


@pytest.fixture
def job(buyer: User) -> Job:
    return job_of(buyer)


@pytest.fixture
def actor(buyer: User):
    return actor_for(buyer)


@pytest.fixture
def client_for() -> Callable[[User], Client]:
    def logged_in(user: User, **options: object) -> Client:
        client = Client(**options)
        client.force_login(user)
        return client

    return logged_in

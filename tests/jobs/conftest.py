"""Jobs of the tests' own, and people who start them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from srm.core.actor import Actor
from srm.jobs import registry
from srm.jobs.models import Job
from srm.people.actors import actor_for
from srm.people.models import User, UserRole


def person(email: str, *roles: str, language: str = "en") -> Actor:
    """The actor of a new account with `roles`."""
    user = User.objects.create_user(email, name=email.partition("@")[0].title(), language=language)
    UserRole.objects.bulk_create(UserRole(user=user, role=role) for role in roles)
    return actor_for(user)


@pytest.fixture
def buyer(db: None) -> Actor:
    return person("buyer@example.com", "buyer")


@pytest.fixture
def declare() -> Iterator[Callable]:
    """Declare a job for one test: declare(handler, **options); it is called "test.work"."""

    def declared(handler: Callable, **options: object) -> None:
        registry.KINDS.pop("test.work", None)
        registry.job("test.work", **options)(handler)  # type: ignore[arg-type]

    yield declared
    registry.KINDS.pop("test.work", None)


def fresh(job: Job) -> Job:
    return Job.objects.unscoped("test").get(pk=job.pk)

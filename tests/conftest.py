"""Plumbing of all tests: what may be skipped, where shared data lies, how long Hypothesis searches."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client, TransactionTestCase
from django.utils import timezone, translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis
from pytest_django.plugin import DjangoDbBlocker

from srm.audit import append_only
from srm.flow.uow import unit_of_work
from tests import ready_made
from tests.personas import Firm, found_firm

ON_POSTGRES = bool(os.environ.get("TEST_DATABASE_URL"))
IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
# REQUIRE_ALL=1: what is skipped for want of a browser, of data or of PostgreSQL (on a PostgreSQL run) has failed.
REQUIRED = {"browser", "needs_data"} | ({"postgres"} if ON_POSTGRES else set())
REQUIRE_ALL = os.environ.get("REQUIRE_ALL", "") == "1"

# An example that is slow once (a cold cache, two busy cores) is no finding.
calm = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow], "print_blob": True}
hypothesis.register_profile("ci", max_examples=100, stateful_step_count=30, **calm)
hypothesis.register_profile("deep", max_examples=3000, stateful_step_count=60, **calm)
hypothesis.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

empty_database = TransactionTestCase._fixture_teardown


def empty_database_with_triggers_lifted(self: TransactionTestCase) -> None:
    """Tests that commit empty all tables at their end, also those that the database lets no one empty."""
    with append_only.lifted():
        empty_database(self)


TransactionTestCase._fixture_teardown = empty_database_with_triggers_lifted


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of PostgreSQL wait for a run on PostgreSQL."""
    for item in items:
        if item.get_closest_marker("postgres") and not ON_POSTGRES:
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL: set TEST_DATABASE_URL"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Where everything must run, a skipped test of the required kinds counts as failed."""
    report = yield
    named = sorted(REQUIRED & {mark.name for mark in item.iter_markers()})
    if REQUIRE_ALL and report.skipped and named and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"A test marked {', '.join(named)} was skipped where all must run: {reason}"
    return report


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """On SQLite a run starts from a copy of the tables that an earlier run with the same migrations made."""
    return settings.IS_SQLITE and ready_made.copy()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_keepdb: bool, django_db_blocker: DjangoDbBlocker) -> None:
    """Leave the tables, fresh from their migrations, to the runs that follow."""
    if settings.IS_SQLITE and not django_db_keepdb:
        with django_db_blocker.unblock():
            ready_made.leave()


@pytest.fixture(autouse=True)
def english_to_begin_with() -> Iterator[None]:
    """A request leaves its language and time zone on the thread; the next test must not speak it."""
    translation.activate("en")
    timezone.deactivate()
    yield
    translation.deactivate()
    timezone.deactivate()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real input data and published schemas beside the project."""
    folder = Path(os.environ.get("SHARED_DIR") or settings.BASE_DIR.parent / "shared")
    if not folder.is_dir():
        message = "no shared data: set SHARED_DIR"
        if IN_CI or REQUIRE_ALL:
            pytest.fail(message)
        pytest.skip(message)
    return folder


@pytest.fixture
def firm(db: None) -> Firm:
    """The firm of `tests.personas`, in a test that rolls back."""
    return found_firm()


@pytest.fixture
def committed_firm(transactional_db: None) -> Firm:
    """The same firm, committed, for races and servers in other threads and processes."""
    return found_firm()


@pytest.fixture
def work() -> Callable[[], AbstractContextManager[None]]:
    """The edge's transaction: `with work(): ...`."""
    return unit_of_work


@pytest.fixture
def client_of(request: pytest.FixtureRequest) -> Callable[[str], Client]:
    """A logged-in client of one persona: `client_of("buyer")`."""
    name = "committed_firm" if "committed_firm" in request.fixturenames else "firm"
    firm = request.getfixturevalue(name)

    def log_in(persona: str) -> Client:
        client = Client()
        client.force_login(getattr(firm.users, persona))
        return client

    return log_in

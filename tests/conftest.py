"""Plumbing of all tests: which are allowed to be skipped, where shared data lies, what goes away at the end."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ON_POSTGRES = bool(os.environ.get("TEST_DATABASE_URL"))
IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
# REQUIRE_ALL=1: what is skipped for want of a browser, of data or of PostgreSQL (on a PostgreSQL run) has failed.
REQUIRED = {"browser", "needs_data"} | ({"postgres"} if ON_POSTGRES else set())
REQUIRE_ALL = os.environ.get("REQUIRE_ALL", "") == "1"


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


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take the folder of the run away; workers leave it to their controller."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        shutil.rmtree(os.environ["TEST_RUN_DIR"], ignore_errors=True)


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

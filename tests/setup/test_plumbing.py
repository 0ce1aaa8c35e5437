"""The plumbing of the tests themselves."""

import os
import subprocess
import sys

import pytest
from django.db import connections

from srm.audit import append_only
from tests.architecture.house import ROOT
from tests.conftest import ON_POSTGRES


def run_sample(**more):
    # A run of its own: not this run's folder, database or place among the workers.
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TEST_", "PYTEST_")) and name not in {"REQUIRE_ALL", "CI", "VAR_DIR", "DATABASE_URL"}
    } | more
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests/setup/sample_of_skips.py"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_at_home_a_test_without_its_browser_is_skipped():
    found = run_sample()
    assert found.returncode == 0, found.stdout
    assert "1 passed, 3 skipped" in found.stdout


def test_where_all_must_run_it_has_failed():
    found = run_sample(REQUIRE_ALL="1")
    assert found.returncode == 1
    assert "browser was skipped where all must run: Skipped: no browser" in found.stdout
    # PostgreSQL's tests run on PostgreSQL; on SQLite they are rightly left out.
    assert "1 failed, 1 passed, 2 skipped" in found.stdout


@pytest.mark.skipif(ON_POSTGRES, reason="about SQLite")
@pytest.mark.django_db(transaction=True)
def test_a_second_connection_sees_what_the_first_has_committed():
    second = connections.create_connection("default")
    try:
        with second.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM srm_user")
            assert cursor.fetchone() == (0,)
    finally:
        second.close()


@pytest.mark.django_db(transaction=True)
def test_a_test_that_commits_leaves_the_triggers_where_they_were():
    assert append_only.missing() == []

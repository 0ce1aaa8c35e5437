"""Not collected by itself: test_plumbing runs it, to see what becomes of skipped tests."""

import pytest


@pytest.mark.browser
def test_without_a_browser():
    pytest.skip("no browser")


@pytest.mark.postgres
def test_without_postgresql():
    raise AssertionError("must not run on SQLite")


def test_that_may_be_skipped():
    pytest.skip("not today")


def test_that_runs():
    pass

"""Health: what an operator and a balancer learn, and the refusal to start on a database that could lose writes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import time_machine
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory

from srm.audit import append_only
from srm.core import clock
from srm.core.actor import SYSTEM
from srm.core.readiness import CHECKS, ReadyCheck
from srm.jobs import health, readiness
from srm.jobs.models import Job, Lease


@pytest.fixture(autouse=True)
def fresh_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_last", None)
    monkeypatch.setattr(readiness, "_migrated", True)
    monkeypatch.setattr(health, "CHECKS", {name: CHECKS[name] for name in
                        ("database", "migrations", "triggers", "ticker", "queues")})  # fmt: skip


def ready() -> tuple[int, dict]:
    return health.report()


def test_the_process_answers_without_the_database() -> None:
    assert health.healthz(RequestFactory().get("/healthz")).content == b"ok\n"


@pytest.mark.django_db
def test_ready_when_all_holds_and_a_missing_ticker_is_a_warning_only() -> None:
    append_only.install()
    status, body = ready()
    assert (status, body["faults"]) == (200, {})
    assert "ticker" in body["warnings"]
    Lease.take("ticker", "me", 15)
    assert "ticker" not in ready()[1]["warnings"]
    with time_machine.travel(clock.now() + dt.timedelta(minutes=5), tick=False):
        assert "300 s ago" in ready()[1]["warnings"]["ticker"][0]


@pytest.mark.django_db
def test_a_lost_trigger_takes_the_process_out_of_service() -> None:
    append_only.install()
    append_only.remove()
    status, body = ready()
    assert status == 503
    assert any("audit" in sentence for sentence in body["faults"]["triggers"])


@pytest.mark.django_db
def test_a_check_that_breaks_is_a_fault_and_shows_no_detail(monkeypatch) -> None:
    def broken() -> list[str]:
        raise RuntimeError("password=abc")

    monkeypatch.setattr(health, "CHECKS", {"odd": ReadyCheck("odd", broken, warning=False)})
    response = health.readyz(RequestFactory().get("/readyz"))
    assert response.status_code == 503
    assert b"abc" not in response.content


@pytest.mark.django_db
def test_parked_jobs_are_reported(monkeypatch) -> None:
    Job.objects.unscoped("test").create(kind="x", state="parked")
    assert ready()[1]["warnings"]["queues"] == ["jobs parked: 1"]
    assert SYSTEM.may("jobs.manage")


def options(**changed: object) -> dict:
    good = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
    return {"ENGINE": "django.db.backends.sqlite3", "OPTIONS": good | changed}


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"transaction_mode": "DEFERRED"}, "IMMEDIATE"),
        ({"timeout": 5}, "timeout"),
        ({"init_command": "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"}, "WAL"),
        ({"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"}, "FULL"),
        ({"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"}, "foreign_keys"),
    ],
)
def test_wrong_sqlite_settings_are_named(changed: dict, named: str, settings) -> None:
    settings.PROFILE = "demo"
    (fault,) = readiness._option_faults(options(**changed))
    assert named in fault.msg
    assert readiness._option_faults(options()) == []


@pytest.mark.django_db
def test_a_process_refuses_to_start_on_an_sqlite_that_could_lose_writes(settings, monkeypatch) -> None:
    from django.db import connection

    readiness.refuse_wrong_database()
    if connection.vendor == "sqlite":
        settings.PROFILE = "demo"  # the tests' own database does not wait for the disk
        with pytest.raises(ImproperlyConfigured, match="synchronous"):
            readiness.refuse_wrong_database()
        settings.PROFILE = "test"
        monkeypatch.setattr(readiness, "file_system_of", lambda path: "nfs4")
        with pytest.raises(ImproperlyConfigured, match="network file system"):
            readiness.refuse_wrong_database()


def test_the_file_system_of_a_path_is_found() -> None:
    assert readiness.file_system_of(Path("/proc/self")) == "proc"

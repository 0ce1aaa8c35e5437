"""Checks of the database, the migrations, the ticker and the queues; and the refusal to start on a wrong SQLite."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from srm.audit import append_only
from srm.core import clock
from srm.core.readiness import ready_check
from srm.jobs.models import WHY, Job, Lease
from srm.outbox import selectors as outbox

TICKER_LATE = 60
NETWORK_FILE_SYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "afs", "ceph"}
_migrated = False


@ready_check("database")
def database() -> list[str]:
    """It answers, and keeps what it acknowledges."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        if connection.vendor == "sqlite":
            return sqlite_faults()
        cursor.execute("SHOW synchronous_commit")
        value = cursor.fetchone()[0]
    return [] if value == "on" else [f"synchronous_commit is {value}; an acknowledged write could be lost. Set it on."]


@ready_check("migrations")
def migrations() -> list[str]:
    """The tables are those of this code. Asked until the answer is yes: a running process does not unmigrate."""
    global _migrated
    if _migrated:
        return []
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    _migrated = not waiting
    return [
        _("migration %(name)s is not applied") % {"name": f"{step.app_label}.{step.name}"} for step, back in waiting
    ]


@ready_check("triggers")
def triggers() -> list[str]:
    """The database itself guards the logs."""
    sentence = _("%(table)s could be changed: its triggers are missing; run migrate")
    return [sentence % {"table": table} for table in append_only.missing()]


@ready_check("ticker", warning=True)
def ticker() -> list[str]:
    """Somebody ticks."""
    lease = Lease.objects.filter(name="ticker").first()
    if lease is None or lease.beat_at is None:
        return [_("the ticker has never run; start `manage.py ticker`")]
    age = (clock.now() - lease.beat_at).total_seconds()
    return [_("the ticker was last seen %(age)d s ago") % {"age": age}] if age > TICKER_LATE else []


@ready_check("queues", warning=True)
def queues() -> list[str]:
    """Nothing waits for a person or has waited for long."""
    found = []
    if parked := outbox.counts()["parked"]:
        found.append(_("deliveries parked: %(n)d") % {"n": parked})
    jobs = Job.objects.unscoped(WHY)
    if parked := jobs.filter(state=Job.State.PARKED).count():
        found.append(_("jobs parked: %(n)d") % {"n": parked})
    stale = clock.now() - dt.timedelta(minutes=5)
    if waiting := jobs.filter(state=Job.State.QUEUED, not_before__lt=stale).count():
        found.append(
            _("jobs that have waited for more than five minutes: %(n)d; is a worker running?") % {"n": waiting}
        )
    return found


# ------------------------------------------------------------------------------------------- refusing to start


def sqlite_faults() -> list[str]:
    """What is wrong with the open SQLite connection: WAL and FULL, or acknowledged writes vanish at a power cut."""
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    if settings.PROFILE == "test":  # tests do not wait for the disk
        del expected["synchronous"]
    found = []
    with connection.cursor() as cursor:
        for pragma, wanted in expected.items():
            cursor.execute(f"PRAGMA {pragma}")
            value = cursor.fetchone()[0]
            if value != wanted:
                found.append(f"SQLite runs with {pragma}={value}; it must be {wanted}")
    kind = file_system_of(Path(str(connection.settings_dict["NAME"])))
    if kind in NETWORK_FILE_SYSTEMS:
        found.append(f"the SQLite file lies on a network file system ({kind}), where its locks do not hold")
    return found


def file_system_of(path: Path) -> str:
    """The type of the file system that holds `path`; empty where the system does not tell."""
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    best, kind = "", ""
    for line in mounts:
        _device, point, name, *_rest = line.split(" ")
        point = point.replace("\\040", " ")
        if path.resolve().is_relative_to(point) and len(point) >= len(best):
            best, kind = point, name
    return kind


def refuse_wrong_database() -> None:
    """Called once by every long-lived process before it serves.

    Raises:
        ImproperlyConfigured: SQLite would lose acknowledged writes, or its locks do not hold.
    """
    if connection.vendor == "sqlite" and (found := sqlite_faults()):
        raise ImproperlyConfigured("; ".join(found) + ".")


@checks.register("srm")
def check_options(app_configs: Sequence[AppConfig] | None, **_options: Any) -> list[checks.CheckMessage]:
    """The same as settings: found before a connection is opened, by every management command."""
    return _option_faults(settings.DATABASES["default"])


def _option_faults(database: dict) -> list[checks.CheckMessage]:
    if not database["ENGINE"].endswith("sqlite3"):
        return []
    options = database.get("OPTIONS", {})
    script = str(options.get("init_command", "")).replace(" ", "").lower()
    wanted = {
        "transaction_mode IMMEDIATE": str(options.get("transaction_mode", "")).upper() == "IMMEDIATE",
        "a timeout of 20 s or more": float(options.get("timeout", 0)) >= 20,
        "journal_mode=WAL": "journal_mode=wal" in script,
        "synchronous=FULL": "synchronous=full" in script or settings.PROFILE == "test",
        "foreign_keys=ON": "foreign_keys=on" in script,
    }
    return [
        checks.Error(f"SQLite needs {what}.", hint="Leave OPTIONS as srm.env.database makes them.", id="srm.E001")
        for what, holds in wanted.items()
        if not holds
    ]

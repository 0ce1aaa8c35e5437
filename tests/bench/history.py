"""The past: the public data set of 10,324 order lines, and five times as many, uploaded, checked and written.

    python -m tests.bench.history

On SQLite, and on PostgreSQL where TEST_DATABASE_URL names a server; each in a process of its own, so that its peak of
memory is its own. Bounds: a minute, 300 MB, and no transaction of SQLite's over two seconds (of CPU: what a busy
machine adds in waiting is not ours).
"""

from __future__ import annotations

import csv
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SECONDS, MEGABYTES, TRANSACTION = 60, 300, 2.0
TIMES = (1, 5)


def data_set() -> Path:
    """The file beside the project."""
    shared = Path(os.environ.get("SHARED_DIR") or Path(__file__).resolve().parents[3] / "shared")
    return shared / "data" / "scms" / "SCMS_Delivery_History_Dataset.csv"


def many(times: int) -> bytes:
    """The data set so many times over, with other numbers of lines and orders."""
    rows = list(csv.reader(io.StringIO(data_set().read_text(encoding="utf-8"))))
    text = io.StringIO()
    out = csv.writer(text)
    out.writerow(rows[0])
    for again in range(times):
        for row in rows[1:]:
            ending = f"-{again}" if again else ""
            out.writerow([row[0] + ending, *row[1:3], row[3] + ending, *row[4:]])
    return text.getvalue().encode()


class Clock:
    """Seconds and CPU seconds of what is done inside, the longest outermost transaction, and the peak of memory."""

    def __init__(self) -> None:
        self.figures: dict[str, float] = {}
        self.longest = 0.0

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        started, cpu = time.monotonic(), time.process_time()
        yield
        self.figures[f"{name}, s"] = round(time.monotonic() - started, 2)
        self.figures[f"{name}, CPU s"] = round(time.process_time() - cpu, 2)

    def watch_transactions(self) -> None:
        """Measure every outermost transaction from now on."""
        from django.db.transaction import Atomic

        enter, leave, clock = Atomic.__enter__, Atomic.__exit__, self
        open_since: list[float] = []

        def entering(atomic: Atomic) -> None:
            enter(atomic)
            open_since.append(time.process_time())

        def leaving(atomic: Atomic, *fault: Any) -> None:
            leave(atomic, *fault)
            began = open_since.pop()
            if not open_since:
                clock.longest = max(clock.longest, time.process_time() - began)

        Atomic.__enter__, Atomic.__exit__ = entering, leaving  # type: ignore[method-assign]

    def told(self) -> dict[str, float]:
        """All figures."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return {**self.figures, "longest transaction, CPU s": round(self.longest, 2), "peak, MB": round(peak)}


def measure(times: int) -> dict[str, Any]:
    """One import in this process, on the database of the environment."""
    import django

    django.setup()
    from django.db import connection

    from procurement.integrations.history.scms import SCMS
    from tests.history.conftest import apply, begin, check
    from tests.personas import found_firm

    head = found_firm().actor("head")
    clock = Clock()
    clock.watch_transactions()
    with clock.timed("upload"):
        run = begin(many(times), "scms.csv", head)
    with clock.timed("check"):
        run = check(run, head, saved=SCMS)
    with clock.timed("write"):
        run = apply(run, head)
    assert run.state == "applied", run.error
    assert run.imported == run.total, (run.total, run.imported, run.rejected)
    return {"database": connection.vendor, "lines": run.imported, **clock.told()}


def in_process(url: str, times: int) -> dict[str, Any]:
    """`measure` in a new process with a new database."""
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "PROFILE": "demo", "VAR_DIR": folder, "DATABASE_URL": url.format(folder=folder),
               "DJANGO_SETTINGS_MODULE": "srm.settings", "LOG_LEVEL": "ERROR"}  # fmt: skip
        # In a process of its own: what the migrations need is no memory of the import.
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0", "--no-input"]
        for command in (migrate, [sys.executable, "-m", "tests.bench.history", "one", str(times)]):
            done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
            if done.returncode:
                sys.exit(done.stdout + done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


@contextmanager
def databases() -> Iterator[list[str]]:
    """SQLite in the run's folder; on PostgreSQL a database for each run, dropped at the end."""
    server, made = os.environ.get("TEST_DATABASE_URL", ""), []
    if server:
        import psycopg

        with psycopg.connect(server, autocommit=True) as link:
            for _times in TIMES:
                made.append(f"bench_{uuid.uuid4().hex[:12]}")
                link.execute(f'CREATE DATABASE "{made[-1]}"')
    try:
        yield made
    finally:
        if made:
            with psycopg.connect(server, autocommit=True) as link:
                for name in made:
                    link.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def main() -> int:
    """Measure, print, and say what lies over its bound; 1 when something does."""
    broken = 0
    if sys.argv[1:2] == ["one"]:
        print(json.dumps(measure(int(sys.argv[2]))))
        return broken
    if not data_set().exists():
        print("no shared data: set SHARED_DIR")
        return broken
    with databases() as made:
        server = os.environ.get("TEST_DATABASE_URL", "").rpartition("/")[0]
        tasks = [("sqlite:///{folder}/bench.sqlite3", times) for times in TIMES]
        tasks += [(f"{server}/{name}", times) for name, times in zip(made, TIMES, strict=False)]
        for url, times in tasks:
            told = in_process(url, times)
            print(", ".join(f"{name} {value}" for name, value in told.items()))
            for over in _over(told, times):
                print(f"    OVER ITS BOUND: {over}")
                broken = 1
    return broken


def _over(told: dict[str, Any], times: int) -> Iterator[str]:
    cpu = sum(value for name, value in told.items() if name.endswith("CPU s") and not name.startswith("longest"))
    if times == 1 and cpu > SECONDS:
        yield f"{cpu:.0f} CPU s, at most {SECONDS}"
    if times == 1 and told["peak, MB"] > MEGABYTES:
        yield f"{told['peak, MB']} MB, at most {MEGABYTES}"
    if told["database"] == "sqlite" and told["longest transaction, CPU s"] > TRANSACTION:
        yield f"{told['longest transaction, CPU s']} CPU s in one transaction, at most {TRANSACTION}"


if __name__ == "__main__":
    sys.exit(main())

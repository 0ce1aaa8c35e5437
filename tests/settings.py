"""Settings of the tests: the product's own, on a database that no one else uses and a folder that goes away."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# One folder and one database name per run, so that runs side by side never meet. The controller of xdist sets
# them before it starts its workers; each worker adds its own name.
RUN = os.environ.setdefault("TEST_RUN", str(os.getpid()))
if "TEST_RUN_DIR" not in os.environ:
    os.environ["TEST_RUN_DIR"] = tempfile.mkdtemp(prefix=f"quadrant-{RUN}-")
    atexit.register(shutil.rmtree, os.environ["TEST_RUN_DIR"], ignore_errors=True)
RUN_DIR = Path(os.environ["TEST_RUN_DIR"])
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
(RUN_DIR / WORKER / "static").mkdir(parents=True, exist_ok=True)

os.environ["PROFILE"] = "test"
os.environ["VAR_DIR"] = str(RUN_DIR / WORKER)
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL") or f"sqlite:///{RUN_DIR / WORKER / 'unused.sqlite3'}"

from srm.settings import *  # noqa: E402, F403
from srm.settings import DATABASES, IS_SQLITE  # noqa: E402

if IS_SQLITE:
    # A file, not memory: in memory a second connection fails at once with "table is locked". What survives a
    # power cut is not these tests' question, so nothing waits for the disk.
    DATABASES["default"]["TEST"] = {"NAME": str(RUN_DIR / WORKER / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON;"
    )
else:
    DATABASES["default"]["TEST"] = {"NAME": f"test_{RUN}"}
    # A pool keeps connections open that would stop the database from being dropped.
    DATABASES["default"]["OPTIONS"].pop("pool", None)

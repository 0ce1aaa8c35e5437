"""The empty tables of SQLite, kept between runs: making them by all migrations takes far longer than one room's tests.

The name of the kept file says what it was made from, so a changed migration or another Django makes a new one.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import django
from django.conf import settings
from django.db import connection

ROOT = Path(settings.BASE_DIR)
FOLDER = ROOT / "var" / "test-tables"
# What migrations read besides themselves.
SOURCES = ("*/migrations/*.py", "srm/audit/*.py", "srm/catalog/units_data.py", "requirements*.txt")


def kept() -> Path:
    """The file that the present migrations would make."""
    found = hashlib.sha256(django.__version__.encode())
    for pattern in SOURCES:
        for source in sorted(ROOT.glob(pattern)):
            found.update(source.relative_to(ROOT).as_posix().encode() + source.read_bytes())
    return FOLDER / f"{found.hexdigest()[:16]}.sqlite3"


def copy() -> bool:
    """Put the kept tables where this process' test database is expected; whether there were any."""
    if not kept().is_file():
        return False
    shutil.copyfile(kept(), settings.DATABASES["default"]["TEST"]["NAME"])
    return True


def leave() -> None:
    """Keep the tables that were just made; the last one of several processes wins, for all make the same."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.sqlite3"):
        if old != kept():
            old.unlink(missing_ok=True)
    draft = FOLDER / f"draft-{os.getpid()}"
    draft.unlink(missing_ok=True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(draft)])
    draft.replace(kept())

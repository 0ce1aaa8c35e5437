"""Backup and restore: the database, the files and the keys in one encrypted file.

The archive is a tar of two members: `key.age`, a fresh age identity wrapped by the passphrase (scrypt), and `body.age`,
the data encrypted to that identity as a stream, so that the size of the data does not matter. Whoever has age and the
passphrase can open it without this program.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path

import pyrage
from django.conf import settings
from django.db import connection, connections

FOLDERS = ("files", "keys")
LEAST_PASSPHRASE = 12


class BackupError(Exception):
    """It could not be done; the sentence says why."""


def backup(target: Path, passphrase: str) -> int:
    """Write the archive; answers its size in bytes. The database is copied while it is in use.

    Raises:
        BackupError: the passphrase is too short, the target exists, or pg_dump failed.
    """
    if len(passphrase) < LEAST_PASSPHRASE:
        raise BackupError(f"The passphrase needs {LEAST_PASSPHRASE} characters or more.")
    if target.exists():
        raise BackupError(f"{target} exists already; choose another name.")
    identity = pyrage.x25519.Identity.generate()
    with tempfile.TemporaryDirectory(dir=settings.VAR_DIR) as folder:
        work = Path(folder)
        _dump(work / "database")
        _pack(work)
        with (work / "body.tar").open("rb") as plain, (work / "body.age").open("wb") as sealed:
            pyrage.encrypt_io(plain, sealed, [identity.to_public()])
        (work / "key.age").write_bytes(pyrage.passphrase.encrypt(str(identity).encode(), passphrase))
        partial = target.with_suffix(target.suffix + ".partial")
        with tarfile.open(partial, "w") as archive:
            for name in ("key.age", "body.age"):
                archive.add(work / name, arcname=name)
        partial.replace(target)
    return target.stat().st_size


def restore(source: Path, passphrase: str) -> None:
    """Put an archive back into the configured database and folders, which must be empty.

    Raises:
        BackupError: wrong passphrase, damaged archive, or a database that is not empty.
    """
    if "srm_user" in connection.introspection.table_names():
        raise BackupError("The database is not empty. Restore into a new one.")
    with tempfile.TemporaryDirectory(dir=settings.VAR_DIR) as folder:
        work = Path(folder)
        _open(source, passphrase, work)
        _load(work / "database")
        for name in FOLDERS:
            if (work / name).is_dir():
                shutil.copytree(work / name, settings.VAR_DIR / name, dirs_exist_ok=True)


def _open(source: Path, passphrase: str, work: Path) -> None:
    try:
        with tarfile.open(source) as archive:
            archive.extractall(work, filter="data")
        identity = pyrage.x25519.Identity.from_str(
            pyrage.passphrase.decrypt((work / "key.age").read_bytes(), passphrase).decode()
        )
        with (work / "body.age").open("rb") as sealed, (work / "body.tar").open("wb") as plain:
            pyrage.decrypt_io(sealed, plain, [identity])
        with tarfile.open(work / "body.tar") as archive:
            archive.extractall(work, filter="data")
    except (pyrage.DecryptError, tarfile.TarError, OSError) as fault:
        raise BackupError(f"{source} cannot be opened: wrong passphrase or damaged file ({fault}).") from fault


def _pack(work: Path) -> None:
    with tarfile.open(work / "body.tar", "w") as archive:
        archive.add(work / "database", arcname="database")
        for name in FOLDERS:
            if (settings.VAR_DIR / name).is_dir():
                archive.add(settings.VAR_DIR / name, arcname=name)


def _dump(target: Path) -> None:
    if settings.IS_SQLITE:
        connection.ensure_connection()
        with closing(sqlite3.connect(target)) as copy:
            connection.connection.backup(copy)
        return
    _run("pg_dump", "--format=custom", "--no-owner", f"--file={target}")


def _load(source: Path) -> None:
    if settings.IS_SQLITE:
        connections.close_all()
        shutil.copyfile(source, settings.DATABASES["default"]["NAME"])
        return
    _run(
        "pg_restore", "--no-owner", "--exit-on-error", f"--dbname={settings.DATABASES['default']['NAME']}", str(source)
    )


def _run(program: str, *options: str) -> None:
    """A PostgreSQL client program with the configured connection; the password travels in its environment."""
    database = settings.DATABASES["default"]
    found = shutil.which(program)
    if not found:
        raise BackupError(f"{program} is not installed; it comes with PostgreSQL's client programs.")
    known = {"PGHOST": database["HOST"], "PGPORT": database["PORT"], "PGUSER": database["USER"],
             "PGPASSWORD": database["PASSWORD"], "PGDATABASE": database["NAME"]}  # fmt: skip
    environment = {"PATH": str(Path(found).parent), **{key: value for key, value in known.items() if value}}
    done = subprocess.run([found, *options], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupError(f"{program} failed: {done.stderr.strip()[-400:]}")

"""Reading foreign tables: bounded in size, memory and time, with a sentence for every refusal."""

from __future__ import annotations

import json
import logging
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from srm.core.errors import DomainError, InvalidInput, TooLarge

log = logging.getLogger("srm.exchange")
MB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What a foreign table may cost: `seconds` of CPU, `patience` in seconds of waiting, `memory` as address space."""

    size: int = 25 * MB
    unpacked: int = 200 * MB
    ratio: int = 100
    entries: int = 1000
    sheets: int = 50
    rows: int = 200_000
    columns: int = 500
    cells: int = 3_000_000
    merges: int = 50_000
    cell: int = 32_767
    memory: int = 224 * MB
    seconds: int = 10
    patience: int = 30


LIMITS = Limits()

# The codes of the child process, as sentences. The first word tells whether it is a matter of size.
_SENTENCES: dict[str, object] = {
    "size": _("This file is too large. The most is %(most)s MB."),
    "unpacked": _("This file unpacks to far more than it shows. The most is %(most)s MB."),
    "entries": _("This workbook has too many parts. Save the sheet you need as a new workbook."),
    "sheets": _("This workbook has more than %(most)s sheets. Save the sheet you need as a new workbook."),
    "rows": _("This table has more than %(most)s lines. Split it into several files."),
    "columns": _("Line %(line)s has more than %(most)s columns."),
    "cells": _("This workbook has more than %(most)s cells. Split it into several files."),
    "merges": _("This workbook has more than %(most)s merged cells. Take the merging away."),
    "cell": _("A cell holds more than %(most)s characters. Shorten it."),
    "memory": _(
        "This file needs too much memory: long texts, or a value far outside. Copy the table into a new workbook."
    ),
    "time": _("This file takes too long to read. Copy the table alone into a new workbook, or split it."),
    "password": _("This file is protected by a password. Save it without one."),
    "old-excel": _("This is an old or binary Excel file. Save it as .xlsx."),
    "macros": _("This workbook holds macros. Save it as .xlsx without them."),
    "nested": _("This workbook holds other files inside. Save the sheet alone as .xlsx."),
    "entities": _("This file holds document type declarations, which are refused. Save it again as .xlsx."),
    "ending": _("The name ends in %(ending)s, but the content is %(real)s. Rename the file or save it again."),
    "format": _("This is not a table that can be read. Send .xlsx or .csv."),
    "damaged": _("This file is damaged or incomplete. Save it again and send it once more."),
    "empty": _("This file is empty."),
}
_TOO_LARGE = frozenset(
    {"size", "unpacked", "entries", "sheets", "rows", "columns", "cells", "merges", "cell", "memory", "time"}
)


def refusal(code: str, facts: dict[str, Any]) -> DomainError:
    """The error for a code of the child process."""
    sentence = str(_SENTENCES.get(code, _SENTENCES["damaged"])) % facts
    return TooLarge(sentence, code=f"file-{code}") if code in _TOO_LARGE else InvalidInput({"file": [sentence]})


@dataclass(frozen=True)
class Info:
    """What was found out about a table before its rows."""

    format: str
    encoding: str = ""
    delimiter: str = ""
    sheets: list[str] = field(default_factory=list)
    sheet: str = ""
    rows: int = 0


class Table:
    """An open table. Iterating gives rows (lists of None, bool, int, float, str; dates in ISO form), line by line.

    Use as a context manager: leaving it ends the child process, however far it got.
    """

    def __init__(self, path: Path, name: str, limits: Limits, sheet: str, rows: int | None) -> None:
        task = {"path": str(path), "name": name, "sheet": sheet, "rows": rows, "limits": asdict(limits)}
        self._left = float(limits.patience)
        self._buffer = bytearray()
        self._process = subprocess.Popen(
            [sys.executable, "-E", "-s", "-m", "srm.exchange.child", json.dumps(task)],
            cwd=settings.BASE_DIR,
            env={"LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            close_fds=True,
        )
        try:
            self.info = Info(**self._message()["info"])
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Table:
        return self

    def __exit__(self, *_fault: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[list[Any]]:
        for portion in self.portions():
            yield from portion

    def portions(self) -> Iterator[list[list[Any]]]:
        """The rows, about a hundred at a time.

        Raises:
            InvalidInput, TooLarge: the file turned out to be unreadable or too large.
        """
        while True:
            message = self._message()
            if "end" in message:
                return
            yield message["rows"]

    def close(self) -> None:
        """End the child process."""
        self._process.kill()
        if self._process.stdout:
            self._process.stdout.close()
        self._process.wait()

    def _message(self) -> dict[str, Any]:
        message = orjson.loads(self._line())
        if "fault" in message:
            if "detail" in message:
                log.warning("a table could not be read: %s", message["detail"])
            raise refusal(message["fault"], message["facts"])
        return message

    def _line(self) -> bytes:
        """The next line of the child. Only waiting counts as time, not what the caller does between the portions."""
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            self._buffer += self._more()
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line

    def _more(self) -> bytes:
        started = time.monotonic()
        handle = self._process.stdout.fileno()  # type: ignore[union-attr]
        ready, _w, _x = select.select([handle], [], [], max(self._left, 0))
        self._left -= time.monotonic() - started
        if not ready:
            raise refusal("time", {})
        data = os.read(handle, MB)
        if not data:
            code = self._process.wait()
            log.warning("the reader of a table ended with code %s", code)
            raise refusal(_reason_of_death(code), {})
        return data


def _reason_of_death(code: int) -> str:
    """Why a child ended without a word: an exhausted limit kills by a signal."""
    if code in (-24, -9):  # SIGXCPU, then SIGKILL at the hard limit
        return "time"
    return "memory" if code < 0 else "damaged"


def read_table(
    path: Path | str, *, name: str = "", limits: Limits = LIMITS, sheet: str = "", rows: int | None = None
) -> Table:
    """Open a CSV or XLSX file for reading; `name` is the name the user gave it, `rows` stops early.

    Raises:
        InvalidInput, TooLarge: it is refused; the sentence says why and what to do.
    """
    # Not resolved: a file without a name on any disk is given as /proc/<pid>/fd/<n>, which leads nowhere by name.
    found = Path(path).absolute()
    if not found.exists():
        raise FileNotFoundError(found)
    return Table(found, name or found.name, limits, sheet, rows)

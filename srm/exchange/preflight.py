"""Looks at an XLSX before anything parses it. Runs in the child process; knows nothing of Django.

Only the zip directory and the heads of the parts are read, so a bomb costs nothing here.
"""

import io
import re
import struct
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

CHUNK = 1 << 20
HEAD = 64 << 10
_DTD = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_NESTED = (".zip", ".xlsx", ".xlsm", ".xls", ".jar", ".7z", ".rar", ".gz", ".exe", ".docx", ".docm")


class Refused(Exception):
    """The file will not be read; `code` names the sentence, `facts` fill it in."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def kind_of(path: Path, name: str) -> str:
    """ "xlsx" or "csv", by the first bytes and the ending of the name together.

    Raises:
        Refused: another format, or an ending that does not belong to the content.
    """
    with path.open("rb") as file:
        head = file.read(8)
        if head.startswith(b"\xd0\xcf\x11\xe0"):
            raise Refused("password" if _has_encrypted_package(file) else "old-excel")
    ending = Path(name).suffix.lower()
    if not head:
        raise Refused("empty")
    if head.startswith(b"PK"):
        if ending in {".xlsm", ".xltm", ".xlam"}:
            raise Refused("macros")
        if ending not in {".xlsx", ""}:
            raise Refused("ending", ending=ending or "-", real="XLSX")
        return "xlsx"
    if head.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"{\\rtf", b"GIF8", b"\x1f\x8b", b"MZ", b"\x7fELF")):
        raise Refused("format")
    if ending in {".csv", ".txt", ".tsv", ""}:
        return "csv"
    raise Refused("ending", ending=ending, real="CSV") if ending == ".xlsx" else Refused("format")


def _has_encrypted_package(file: BinaryIO) -> bool:
    file.seek(0)
    marks = ("EncryptedPackage".encode("utf-16-le"), "EncryptionInfo".encode("utf-16-le"))
    before = b""
    while block := file.read(CHUNK):
        if any(mark in before + block for mark in marks):
            return True
        before = block[-64:]
    return False


def check_xlsx(path: Path, limits: dict) -> int:
    """Refuse what is no plain workbook or would unpack beyond `limits`; returns to how many bytes its sheets unpack.

    Only the zip directory and the first bytes of each part are read. What hides deeper meets the limits of the process.

    Raises:
        Refused: with the reason.
    """
    _check_directory_size(path, limits)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_entries(entries, limits)
            for entry in entries:
                if entry.filename.endswith((".xml", ".rels", ".vml")):
                    _check_head(archive, entry)
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError, NotImplementedError, zlib.error) as fault:
        raise Refused("damaged") from fault
    return sum(entry.file_size for entry in entries if entry.filename.startswith("xl/worksheets/"))


def _check_directory_size(path: Path, limits: dict) -> None:
    """Read the end record alone: a directory of a million entries would cost memory before it could be counted."""
    with path.open("rb") as file:
        file.seek(0, io.SEEK_END)
        size = file.tell()
        file.seek(max(0, size - 65_557))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        raise Refused("damaged")
    _disk, _start, _here, entries, directory, _offset = struct.unpack("<HHHHII", tail[at + 4 : at + 20])
    if entries > limits["entries"] or directory > limits["entries"] * 1024:
        raise Refused("entries", most=limits["entries"])


def _check_entries(entries: list[zipfile.ZipInfo], limits: dict) -> None:
    names = [entry.filename for entry in entries]
    lower = [name.lower() for name in names]
    if len(set(names)) != len(names):
        raise Refused("damaged")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Refused("password")
    if any("vbaproject" in name for name in lower):
        raise Refused("macros")
    if "xl/workbook.bin" in lower:
        raise Refused("old-excel")
    if any(name.endswith(_NESTED) for name in lower):
        raise Refused("nested")
    if any(_is_unsafe(entry) for entry in entries):
        raise Refused("damaged")
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        raise Refused("format")
    if sum(name.startswith("xl/worksheets/") and name.endswith(".xml") for name in lower) > limits["sheets"]:
        raise Refused("sheets", most=limits["sheets"])
    unpacked, packed = sum(e.file_size for e in entries), sum(e.compress_size for e in entries)
    if unpacked > limits["unpacked"]:
        raise Refused("unpacked", most=limits["unpacked"] >> 20)
    if unpacked > 2 * CHUNK and unpacked > packed * limits["ratio"]:
        raise Refused("unpacked", most=limits["unpacked"] >> 20)


def _is_unsafe(entry: zipfile.ZipInfo) -> bool:
    """A link, a path that climbs out, or a compression that nobody uses in a workbook."""
    is_link = (entry.external_attr >> 16) & 0o170000 == 0o120000
    climbs = entry.filename.startswith(("/", "\\")) or ".." in entry.filename.replace("\\", "/").split("/")
    return is_link or climbs or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def _check_head(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Refuse entities (a declaration stands before the first element) and macros."""
    with archive.open(entry) as part:
        head = part.read(HEAD)
    if _DTD.search(head):
        raise Refused("entities")
    if entry.filename == "[Content_Types].xml" and b"macroEnabled" in head:
        raise Refused("macros")

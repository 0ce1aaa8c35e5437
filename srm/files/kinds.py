"""What may be attached: endings, the types they leave under, and the bytes they must begin with."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _

from srm.core.errors import InvalidInput
from srm.files.names import ending_of

HEAD = 4096
ENTRIES, UNPACKED, RATIO = 1000, 200 << 20, 100
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OFFICE = "application/vnd.openxmlformats-officedocument"
_ARCHIVES = (".zip", ".7z", ".rar", ".gz", ".bz2", ".xz", ".tar", ".jar", ".iso", ".cab")
_PROGRAMS = (".exe", ".dll", ".scr", ".bat", ".cmd", ".com", ".js", ".vbs", ".ps1", ".msi", ".hta", ".lnk")
_MARKUP = re.compile(
    rb"<\s*(?:!doctype\s+html|html|head|body|script|iframe|svg|[a-z]+:svg|[a-z]+:html)[\s>/]", re.IGNORECASE
)
Check = Callable[[bytes, IO[bytes]], bool]


@dataclass(frozen=True)
class Kind:
    """One kind of file: the type it is served with, and whether its bytes are what the ending says."""

    content_type: str
    check: Check


def _begins(*starts: bytes) -> Check:
    return lambda head, _file: head.startswith(starts)


def _is_text(head: bytes, _file: IO[bytes]) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return b"\x00" not in head and not head.startswith((b"%PDF", b"PK\x03\x04", _OLE, b"MZ", b"\x7fELF"))


def _is_xml(head: bytes, file: IO[bytes]) -> bool:
    """A document, not a page: HTML, SVG or a style sheet's carrier could run in a browser."""
    plain = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return plain.startswith(b"<") and not _MARKUP.search(plain) and b"<?xml-stylesheet" not in plain


def _is_mail(head: bytes, file: IO[bytes]) -> bool:
    return _is_text(head, file) and re.match(rb"[\r\n]*[A-Za-z][A-Za-z0-9-]*:", head) is not None


def _is_signature(head: bytes, file: IO[bytes]) -> bool:
    """DER, or the same as base64 text."""
    return (
        head[:1] == b"\x30" or head.startswith(b"-----BEGIN ") or re.fullmatch(rb"[A-Za-z0-9+/=\s]+", head) is not None
    )


def _is_office(folder: str) -> Check:
    def check(head: bytes, file: IO[bytes]) -> bool:
        if not head.startswith(b"PK\x03\x04"):
            return False
        names = [entry.filename for entry in _entries(file)]
        if any("vbaproject" in name.lower() for name in names) or _names_macros(file):
            raise InvalidInput({"file": _("This document holds macros. Save it without them.")})
        return "[Content_Types].xml" in names and any(name.startswith(folder) for name in names)

    return check


def _names_macros(file: IO[bytes]) -> bool:
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        if "[Content_Types].xml" not in archive.namelist():
            return False
        with archive.open("[Content_Types].xml") as part:
            return b"macroEnabled" in part.read(1 << 20)


def _is_archive(head: bytes, file: IO[bytes]) -> bool:
    """A zip of plain files: no archives and no programs inside, no paths that climb out."""
    if not head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return False
    for entry in _entries(file):
        name = entry.filename.lower()
        if name.endswith(_ARCHIVES):
            raise InvalidInput({"file": _("This archive holds other archives. Pack the files themselves.")})
        if name.endswith(_PROGRAMS):
            raise InvalidInput({"file": _("This archive holds programs. Take them out.")})
    return True


def _entries(file: IO[bytes]) -> list[zipfile.ZipInfo]:
    """The directory of a zip, after looking for bombs and traps in it.

    Raises:
        InvalidInput
    """
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError) as fault:
        raise InvalidInput({"file": _("This file is damaged or incomplete. Save it again.")}) from fault
    unpacked, packed = sum(one.file_size for one in entries), sum(one.compress_size for one in entries)
    if len(entries) > ENTRIES or unpacked > UNPACKED or (unpacked > 4 << 20 and unpacked > packed * RATIO):
        raise InvalidInput({"file": _("This archive unpacks to far too much.")})
    if any(one.flag_bits & 1 for one in entries):
        raise InvalidInput({"file": _("This file is protected by a password. Save it without one.")})
    if any(_climbs(one) for one in entries):
        raise InvalidInput({"file": _("This archive holds links or paths that lead out of it.")})
    return entries


def _climbs(entry: zipfile.ZipInfo) -> bool:
    parts = entry.filename.replace("\\", "/").split("/")
    is_link = (entry.external_attr >> 16) & 0o170000 == 0o120000
    return is_link or ".." in parts or entry.filename.startswith(("/", "\\")) or ":" in parts[0]


# What could be shown by a browser as a page leaves as a stream of bytes.
_BYTES = "application/octet-stream"
KINDS: dict[str, Kind] = {
    "pdf": Kind("application/pdf", _begins(b"%PDF-")),
    "docx": Kind(f"{_OFFICE}.wordprocessingml.document", _is_office("word/")),
    "xlsx": Kind(f"{_OFFICE}.spreadsheetml.sheet", _is_office("xl/")),
    "png": Kind("image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    "jpg": Kind("image/jpeg", _begins(b"\xff\xd8\xff")),
    "jpeg": Kind("image/jpeg", _begins(b"\xff\xd8\xff")),
    "webp": Kind("image/webp", lambda head, _file: head[:4] == b"RIFF" and head[8:12] == b"WEBP"),
    "zip": Kind("application/zip", _is_archive),
    "txt": Kind("text/plain; charset=utf-8", _is_text),
    "csv": Kind("text/csv; charset=utf-8", _is_text),
    "xml": Kind(_BYTES, _is_xml),
    "sig": Kind(_BYTES, _is_signature),
    "p7s": Kind("application/pkcs7-signature", _is_signature),
    "eml": Kind(_BYTES, _is_mail),
    "msg": Kind("application/vnd.ms-outlook", _begins(_OLE)),
    "dwg": Kind("image/vnd.dwg", _begins(b"AC10")),
}


def check_kind(name: str, file: IO[bytes]) -> str:
    """The content type for a file called `name`, after comparing its ending with its content.

    Raises:
        InvalidInput: the ending is not taken, or the content is something else.
    """
    ending = ending_of(name)
    kind = KINDS.get(ending)
    if kind is None:
        sentence = _("Files of this kind are not taken. Send one of: %(kinds)s.") % {"kinds": ", ".join(KINDS)}
        raise InvalidInput({"file": sentence})
    file.seek(0)
    if not kind.check(file.read(HEAD), file):
        sentence = _("The content is not what the name says (%(ending)s). Save it again under the right name.")
        raise InvalidInput({"file": sentence % {"ending": ending}})
    file.seek(0)
    return kind.content_type

"""Virus scanning by clamd, over its INSTREAM command. Optional: without an address nothing is scanned."""

from __future__ import annotations

import socket
import struct
from typing import IO
from urllib.parse import urlsplit

from django.conf import settings

from srm.files.models import Attachment

BLOCK = 64 << 10
SECONDS = 60


def address() -> str:
    """Where clamd listens: "tcp://host:3310" or "unix:///run/clamav/clamd.ctl"; "" when there is none."""
    return getattr(settings, "CLAMD_ADDRESS", "")


def is_configured() -> bool:
    """Whether files are scanned here."""
    return bool(address())


def scan(file: IO[bytes]) -> str:
    """What clamd says of `file`: clean, infected or error.

    Raises:
        OSError: it cannot be reached; try again later.
    """
    with _connect() as link:
        link.sendall(b"zINSTREAM\0")
        while block := file.read(BLOCK):
            link.sendall(struct.pack(">I", len(block)) + block)
        link.sendall(struct.pack(">I", 0))
        answer = _answer(link)
    if answer.endswith("FOUND"):
        return Attachment.Scan.INFECTED
    return Attachment.Scan.CLEAN if answer.endswith("OK") else Attachment.Scan.ERROR


def _connect() -> socket.socket:
    parts = urlsplit(address())
    if parts.scheme == "unix":
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.settimeout(SECONDS)
        link.connect(parts.path)
        return link
    return socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 3310), timeout=SECONDS)


def _answer(link: socket.socket) -> str:
    said = b""
    while len(said) < 4096 and (block := link.recv(4096)):
        said += block
    return said.rstrip(b"\0\r\n").decode("utf-8", "replace").strip()

"""Names of files as people read them; never a path."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath

LONGEST = 150
RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))}
)


def clean_name(name: str, fallback: str = "file") -> str:
    """`name` in one Unicode form, without folders, control and formatting characters (a right-to-left override makes
    "exe.pdf" of "fdp.exe"), at most 150 characters long with its ending kept."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    seen = "".join(sign for sign in unicodedata.normalize("NFC", last) if not _is_hidden(sign))
    tidy = " ".join(seen.split()).strip(". ") or fallback
    stem, ending = PurePosixPath(tidy).stem, PurePosixPath(tidy).suffix
    if stem.split(".")[0].casefold() in RESERVED:
        stem = f"_{stem}"
    return stem[: LONGEST - len(ending[:20])].rstrip(". ") + ending[:20]


def ending_of(name: str) -> str:
    """The ending in small letters without its point: what decides how a computer opens the file."""
    return PurePosixPath(name).suffix.lower().removeprefix(".")


def _is_hidden(sign: str) -> bool:
    return unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn") and sign not in "\t\n\r"

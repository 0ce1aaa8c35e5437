"""Codes, countries and names for what an import makes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from functools import cache

from babel import Locale

from srm.core.search import fold

LONGEST_CODE = 20
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_NOT_CODE = re.compile(r"[^\w.\-]+")
# How files write countries that CLDR calls otherwise.
_ALSO = {
    "congo, drc": "CD", "drc": "CD", "dr congo": "CD", "democratic republic of the congo": "CD", "congo": "CG",
    "swaziland": "SZ", "burma": "MM", "ivory coast": "CI", "cape verde": "CV", "czech republic": "CZ",
    "macedonia": "MK", "usa": "US", "united states of america": "US", "uk": "GB", "great britain": "GB",
    "england": "GB", "south korea": "KR", "republic of korea": "KR", "russian federation": "RU", "viet nam": "VN",
    "сша": "US", "рф": "RU", "белоруссия": "BY", "голландия": "NL", "холандия": "NL", "англия": "GB",
}  # fmt: skip


def country_code(text: str) -> str:
    """The ISO 3166 code of a country named in English, Russian or Bulgarian, or by its code; "" when unknown."""
    known = _plain(text)
    if len(known) == 2 and known.upper() in _codes():
        return known.upper()
    return _ALSO.get(known) or _by_name().get(known, "")


@cache
def _codes() -> frozenset[str]:
    return frozenset(_by_name().values())


@cache
def _by_name() -> dict[str, str]:
    found: dict[str, str] = {}
    for language in ("en", "ru", "bg"):
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}:
                found.setdefault(_plain(name), code)
    return found


def _plain(text: str) -> str:
    """Without case, accents and typographers' marks."""
    parts = unicodedata.normalize("NFKD", fold(text.replace("’", "'")))
    return "".join(sign for sign in parts if not unicodedata.combining(sign)).replace("и\u0306", "й")


def new_code(text: str, taken: Container[str], longest: int = LONGEST_CODE) -> str:
    """A code made of `text` that nobody has: capital letters, digits, points, hyphens; `taken` holds folded codes."""
    bare = "".join(s for s in unicodedata.normalize("NFKD", text) if not unicodedata.combining(s))
    base = _NOT_CODE.sub("-", bare).strip("-.").upper()[:longest].strip("-.") or "X"
    code, number = base, 1
    while fold(code) in taken:
        number += 1
        ending = f"-{number}"
        code = base[: longest - len(ending)] + ending
    return code


def kept_code(text: str, taken: Container[str]) -> str:
    """`text` itself where it can be a code, else one made of it."""
    whole = re.fullmatch(r"[\w.\-]{1,20}", text) and fold(text) not in taken
    return text if whole else new_code(text, taken)


def named(text: str, language: str) -> dict[str, str]:
    """The name field for `text`: Cyrillic goes to the reader's language when that is written so, else to Russian."""
    if _CYRILLIC.search(text):
        return {f"name_{language}" if language in ("ru", "bg") else "name_ru": text[:200]}
    return {"name_en": text[:200]}

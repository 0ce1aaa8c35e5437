"""Reading the file of a code list: a heading with `code` and names, a code on each line.

`code,name` or `code,en,ru,bg` (further columns are passed over), CSV or XLSX, as the publishers and our own export
give it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from srm.core.errors import InvalidInput

MOST = 200_000
_CODE = re.compile(r"[0-9A-Za-zА-Яа-я][0-9A-Za-zА-Яа-я.\-/ ]{0,29}")
_NAMES = {"name": "", "en": "name_en", "name_en": "name_en", "ru": "name_ru", "name_ru": "name_ru", "bg": "name_bg",
          "name_bg": "name_bg"}  # fmt: skip
# In which language a list without languages is written.
OWN_LANGUAGE = {"okpd2": "name_ru"}


@dataclass(frozen=True)
class Line:
    """A code and its names by field."""

    code: str
    names: tuple[str, str, str]


def lines_of(table: Iterable[list[Any]], system: str) -> Iterator[Line]:
    """The codes of a table.

    Raises:
        InvalidInput: no heading, a line without code or name, or a code that cannot be one; it names the line.
    """
    rows = iter(table)
    places = _places(next(rows, []), system)
    for number, row in enumerate(rows, 2):
        if number > MOST:
            raise InvalidInput({"file": _("The list is too long: %(n)d lines are the most.") % {"n": MOST}})
        cells = [" ".join(str(cell if cell is not None else "").replace("\0", "").split()) for cell in row]
        if any(cells):
            yield _line(cells, places, number)


def _places(heading: list[Any], system: str) -> dict[str, int]:
    words = [str(cell or "").strip().lower().lstrip("\ufeff") for cell in heading]
    places = {"code": words.index("code")} if "code" in words else {}
    for position, word in enumerate(words):
        if word in _NAMES:
            places[_NAMES[word] or OWN_LANGUAGE.get(system, "name_en")] = position
    if "code" not in places or len(places) < 2:
        raise InvalidInput({"file": _("The first line must be a heading: code and name, or code, en, ru, bg.")})
    return places


def _line(cells: list[str], places: dict[str, int], number: int) -> Line:
    def cell(name: str) -> str:
        place = places.get(name)
        return cells[place] if place is not None and place < len(cells) else ""

    code = cell("code")
    names = (cell("name_en")[:200], cell("name_ru")[:200], cell("name_bg")[:200])
    if not _CODE.fullmatch(code) or not any(names):
        raise InvalidInput(
            {"file": _("Line %(n)d: “%(code)s” is no code with a name.") % {"n": number, "code": code[:30]}}
        )
    return Line(code, names)

"""Which column of a file is which of ours: by heading, then by what the cells hold."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import Model

from srm.exchange.cleaning import Ambiguous, CellFault, hints_from
from srm.exchange.columns import Col, is_empty

HEADING_ROWS = 20
SURE, LIKE, FITS = 1.0, 0.83, 0.9
_BRACKETS = re.compile(r"[(\[].*?[)\]]")
_NOT_WORDS = re.compile(r"[\W_]+")


def fold(text: Any) -> str:
    """A heading without case, accents, punctuation and blanks."""
    plain = unicodedata.normalize("NFKD", str(text or "")).casefold()
    return _NOT_WORDS.sub("", "".join(sign for sign in plain if not unicodedata.combining(sign)))


def find_heading(columns: Sequence[Col], rows: Sequence[Sequence[Any]], model: type[Model] | None = None) -> int:
    """The index of the line that holds the headings: the first with most known ones, else the first with any text."""
    known = {fold(name) for column in columns for name in column.headings(model)}
    hits = [sum(1 for cell in row if fold(cell) in known) for row in rows[:HEADING_ROWS]]
    if hits and max(hits) > 0:
        return hits.index(max(hits))
    widest = max((sum(not is_empty(cell) for cell in row) for row in rows[:HEADING_ROWS]), default=0)
    return next(
        (
            n
            for n, row in enumerate(rows[:HEADING_ROWS])
            if widest and sum(not is_empty(cell) for cell in row) == widest
        ),
        0,
    )


def guess(
    columns: Sequence[Col], heading: Sequence[Any], samples: Sequence[Sequence[Any]], model: type[Model] | None = None
) -> dict[str, int]:
    """Our column names -> positions in the file, each position once, the surest first."""
    scored = []
    for column in columns:
        names = column.headings(model)
        for position, title in enumerate(heading):
            score = likeness(names, title)
            if score >= LIKE and (score == SURE or fits(column, cells(samples, position), model) > 0.3):
                scored.append((score, column.name, position))
    found: dict[str, int] = {}
    for _score, name, position in sorted(scored, key=lambda one: (-one[0], one[2])):
        if name not in found and position not in found.values():
            found[name] = position
    return {**found, **_by_content(columns, heading, samples, found, model)}


def likeness(names: Sequence[str], title: Any) -> float:
    """How much a heading is one of `names`: 1 for the same words, less for nearly the same."""
    exact, bare = fold(title), fold(_BRACKETS.sub("", str(title or "")))
    if not exact:
        return 0.0
    best = 0.0
    for name in names:
        known = fold(name)
        if known in (exact, bare):
            return SURE
        if known:
            best = max(best, difflib.SequenceMatcher(None, known, bare or exact).ratio())
    return best


def cells(rows: Sequence[Sequence[Any]], position: int) -> list[Any]:
    """The filled cells of one position."""
    return [row[position] for row in rows if position < len(row) and not is_empty(row[position])]


def fits(column: Col, values: Sequence[Any], model: type[Model] | None = None) -> float:
    """The share of `values` that this column could take; texts and references take anything."""
    if not values:
        return 1.0
    if column.kind in ("text", "ref"):
        return 1.0
    read = column.reader(hints_from(column.kind, values), model)
    return sum(_can_read(read, value) for value in values) / len(values)


def _can_read(read: Callable[[Any], Any], value: Any) -> bool:
    try:
        read(value)
    except Ambiguous:
        return True
    except CellFault:
        return False
    return True


def _by_content(
    columns: Sequence[Col], heading: Sequence[Any], samples: Sequence[Sequence[Any]], found: Mapping[str, int],
    model: type[Model] | None,
) -> dict[str, int]:  # fmt: skip
    """Required dates and choices without a heading, where exactly one unused position fits."""
    guessed: dict[str, int] = {}
    for column in columns:
        if column.name in found or not column.required or column.kind not in ("date", "choice"):
            continue
        free = [n for n in range(len(heading)) if n not in found.values() and n not in guessed.values()]
        fitting = [n for n in free if cells(samples, n) and fits(column, cells(samples, n), model) >= FITS]
        if len(fitting) == 1:
            guessed[column.name] = fitting[0]
    return guessed


def joined(counted: Mapping[str, int]) -> dict[str, int]:
    """Words that only differ after the first one as one word with a star."""
    by_first: dict[str, list[str]] = {}
    for text in counted:
        by_first.setdefault(text.split()[0], []).append(text)
    found: dict[str, int] = {}
    for first, texts in by_first.items():
        if len(texts) > 3:
            found[f"{first} *"] = sum(counted[text] for text in texts)
        else:
            found.update({text: counted[text] for text in texts})
    return found

"""What of an article or a name is compared: the same thing written by two people should come out the same."""

from __future__ import annotations

import re
from dataclasses import dataclass

from srm.core.search import fold

# Letters that look the same in both alphabets, small ones: an article is typed in whichever is switched on.
_LATIN_LOOKS = str.maketrans("авекмнорстухіјѕ", "abekmhopctyxijs")
_CYRILLIC_LOOKS = str.maketrans("abekmhopctyxijs", "авекмнорстухіјѕ")
_SOUNDS = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "y", "к": "k",
    "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h",
    "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sht", "ъ": "a", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya", "і": "i",
    "ї": "i", "є": "e", "ј": "j", "ѕ": "s",
}  # fmt: skip
_TO_SOUNDS = str.maketrans(_SOUNDS)
_TIMES = re.compile(r"(?<=\d)\s*[xх×*]\s*(?=\d)")
_COMMA = re.compile(r"(?<=\d),(?=\d)")
_PARTS = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+")
_CYRILLIC = re.compile(r"[а-яіїєјѕ]")
_LATIN = re.compile(r"[a-z]")
_SIZES = frozenset({"xs", "s", "m", "l", "xl", "xxl", "xxxl"})
SHORTEST_ARTICLE = 3


@dataclass(frozen=True, slots=True)
class Form:
    """A name as it is compared: its numbers and sizes (two things differ if these do), its words sorted."""

    figures: tuple[str, ...]
    words: tuple[str, ...]

    @property
    def text(self) -> str:
        """The words as one text."""
        return " ".join(self.words)


def article_key(article: str) -> str:
    """`article` without case, separators and alphabet; empty when too little is left to mean anything."""
    looks = fold(article).translate(_LATIN_LOOKS)
    kept = "".join(sign for sign in looks if sign.isalnum())
    return kept if len(kept) >= SHORTEST_ARTICLE else ""


def form_of(name: str) -> Form | None:
    """A name's form; None for one without words.

    "Болт М8 х 40, А2" and "болт M8X40 A2" come out the same: numbers apart, words by their sound in Latin letters.
    """
    text = _COMMA.sub(".", _TIMES.sub(" ", fold(name)))
    figures, words = [], []
    for part in _PARTS.findall(text):
        if part[0].isdigit():
            figures.append(_figure(part))
            continue
        word = _word(part)
        if word in _SIZES and word != "m":  # m stands for metric thread and metre far more often than for medium
            figures.append(word)
        elif word:
            words.append(word)
    if not words:
        return None
    return Form(tuple(sorted(figures)), tuple(sorted(words)))


def _figure(text: str) -> str:
    whole, _point, rest = text.partition(".")
    rest = rest.rstrip("0")
    whole = whole.lstrip("0") or "0"
    return f"{whole}.{rest}" if rest else whole


def _word(part: str) -> str:
    cyrillic, latin = _CYRILLIC.search(part), _LATIN.search(part)
    if cyrillic and latin:
        looks = part.translate(_LATIN_LOOKS)
        part = looks if not _CYRILLIC.search(looks) else part.translate(_CYRILLIC_LOOKS)
    elif cyrillic and len(part) <= 2:  # a mark like М (thread) or А (steel): by its look, not by its sound
        part = part.translate(_LATIN_LOOKS)
    return part.translate(_TO_SOUNDS)

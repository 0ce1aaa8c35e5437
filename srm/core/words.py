"""The words that searchable texts hold, so that a mistyped one leads to the one that was meant.

Words with digits are left out: in articles and sizes a near hit is a wrong hit. A word stays known after its last row
is gone; it then only leads to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db import models
from django.db.models import Q
from rapidfuzz import process
from rapidfuzz.distance import OSA

SHORTEST, LONGEST = 4, 40
MOST_NEAR = 6
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_TWO_SLIPS_FROM = 7  # letters
_AT_ONCE = 400


class KnownWord(models.Model):
    """A word of four letters or more that occurs, folded, in some searchable text."""

    word = models.CharField(max_length=LONGEST, unique=True)
    length = models.PositiveSmallIntegerField(db_index=True)

    def __str__(self) -> str:
        return self.word


def words_of(text: str) -> set[str]:
    """The words of a folded text that are worth knowing."""
    return {
        word
        for piece in text.split()
        if _WORD.fullmatch(word := piece.strip("()[]{}«»“”\"'.,;:!?/\\")) and SHORTEST <= len(word) <= LONGEST
    }


def learn(texts: Iterable[str]) -> None:
    """Note the words of folded texts that are not known yet; call it in the transaction that writes the texts."""
    found: set[str] = set()
    for text in texts:
        found |= words_of(text)
    ordered = sorted(found)  # two writers with the same new words then wait for each other in one direction only
    for start in range(0, len(ordered), _AT_ONCE):
        some = ordered[start : start + _AT_ONCE]
        known = set(KnownWord.objects.filter(word__in=some).values_list("word", flat=True))
        rows = [KnownWord(word=word, length=len(word)) for word in some if word not in known]
        KnownWord.objects.bulk_create(rows, ignore_conflicts=True)


def near(word: str) -> list[str]:
    """Known words that `word` may have been meant to be, the nearest first; none for short words and for codes.

    One slip (a letter wrong, missing, too many, two swapped) is forgiven, from seven letters on two. A word with two
    slips keeps one of its three pieces whole, wherever they fall: that is what the database is asked for, and what it
    finds is measured exactly (optimal string alignment distance).
    """
    if not words_of(word):
        return []
    slips = 2 if len(word) >= _TWO_SLIPS_FROM else 1
    third = len(word) // 3
    first, middle, last = word[:third], word[third:-third], word[-third:]
    rows = KnownWord.objects.filter(length__range=(len(word) - slips, len(word) + slips)).filter(
        Q(word__startswith=first) | Q(word__contains=middle) | Q(word__endswith=last)
    )
    candidates = list(rows.values_list("word", flat=True))
    hits = process.extract(word, candidates, scorer=OSA.distance, score_cutoff=slips, limit=MOST_NEAR)
    best = min((distance for _word, distance, _place in hits), default=0)
    return [found for found, distance, _place in hits if distance <= best]

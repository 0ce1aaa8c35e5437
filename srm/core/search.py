"""Search that knows all three languages: one stored, folded text per row.

SQLite's own case folding stops at ASCII ("болт" does not match "Болт"), so the text is folded before it is stored.
The text begins with the row's number or code, so that one comparison says whether exactly this row is meant.
"""

import unicodedata

from django.db import models
from django.db.models import Case, IntegerField, Q, When

from srm.core import text_index, words

MOST_WORDS, LONGEST = 8, 100


def fold(text: str) -> str:
    """`text` as it is stored and asked for: NFKC, case-folded, single spaces, ё as е."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    return " ".join(folded.split())


def words_in(text: str) -> list[str]:
    """The words that are looked for: folded, not too many of them."""
    return fold(text.replace("\0", ""))[:LONGEST].split()[:MOST_WORDS]


class Searchable(models.Model):
    """Keeps `search_text`, built from `search_fields` by whoever writes the row.

    With `indexed_search` the text has an index (`text_index`), its words are known (`words`), and typing errors are
    forgiven.
    """

    search_text = models.TextField(blank=True, editable=False)
    search_fields: tuple[str, ...] = ()
    indexed_search = False

    class Meta:
        abstract = True

    def refresh_search(self) -> None:
        """Build `search_text` anew; the write helpers call it before they save."""
        values = (getattr(self, name) for name in self.search_fields)
        self.search_text = fold(" ".join(str(value) for value in values if value))[:2000]


class SearchMixin:
    """`.search(text)` and `.best(text)` on a QuerySet."""

    def search(self, text: str):
        """Rows that hold every word; when none does, and the model forgives, those that hold the words meant."""
        model = self.model  # type: ignore[attr-defined]
        return self.filter(text_index.holding(model, _spellings(text, model)))  # type: ignore[attr-defined]

    def best(self, text: str):
        """The same, where `ranks()` says so with `match`: 0 its very code, 1 a code that begins so, 2 the text at a
        word's start, 3 every word at one, 4 somewhere."""
        model = self.model  # type: ignore[attr-defined]
        spellings = _spellings(text, model)
        rows = self.filter(text_index.holding(model, spellings))  # type: ignore[attr-defined]
        if not ranks(model, text):
            return rows
        whole, starts = " ".join(words_in(text)), Q()
        for word in spellings:
            starts &= Q(*(_at_start(one) for one in word), _connector=Q.OR)
        cases = [
            When(Q(search_text=whole) | Q(search_text__startswith=f"{whole} "), then=0),
            When(search_text__startswith=whole, then=1),
            When(search_text__contains=f" {whole}", then=2),
            When(starts, then=3),
        ]
        return rows.annotate(match=Case(*cases, default=4, output_field=IntegerField()))


def _spellings(text: str, model: type[models.Model]) -> list[list[str]]:
    return meant_by(text, model) or [[word] for word in words_in(text)]


def _at_start(word: str) -> Q:
    return Q(search_text__startswith=word) | Q(search_text__contains=f" {word}")


def ranks(model: type[models.Model], text: str) -> bool:
    """Whether hits for `text` are ranked. Most of 100,000 rows hold any one or two letters: their own order is quicker."""
    return len(" ".join(words_in(text))) >= (text_index.PIECE if getattr(model, "indexed_search", False) else 1)


def meant_by(text: str, model: type[models.Model]) -> list[list[str]]:
    """For each word of `text` the spellings that may be meant; nothing while the words as they stand find something."""
    asked = words_in(text)
    if not getattr(model, "indexed_search", False) or not any(words.words_of(word) for word in asked):
        return []
    if model._default_manager.filter(text_index.holding(model, [[word] for word in asked])).order_by().exists():
        return []
    meant = [list(dict.fromkeys([word, *words.near(word)])) for word in asked]
    return meant if any(len(spellings) > 1 for spellings in meant) else []

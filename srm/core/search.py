"""Search that knows all three languages: one stored, folded text per row.

SQLite's own case folding stops at ASCII ("болт" does not match "Болт"), so the text is folded before it is stored.
"""

import unicodedata

from django.db import models


def fold(text: str) -> str:
    """`text` as it is stored and asked for: NFKC, case-folded, single spaces, ё as е."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    return " ".join(folded.split())


class Searchable(models.Model):
    """Keeps `search_text`, built from `search_fields` by whoever writes the row."""

    search_text = models.TextField(blank=True, editable=False)
    search_fields: tuple[str, ...] = ()

    class Meta:
        abstract = True

    def refresh_search(self) -> None:
        """Build `search_text` anew; the write helpers call it before they save."""
        values = (getattr(self, name) for name in self.search_fields)
        self.search_text = fold(" ".join(str(value) for value in values if value))[:2000]


class SearchMixin:
    """`.search(text)` on a QuerySet: every word must occur somewhere in the stored text."""

    def search(self, text: str):
        rows = self
        for word in fold(text)[:100].split()[:8]:
            rows = rows.filter(search_text__contains=word)  # type: ignore[attr-defined]
        return rows

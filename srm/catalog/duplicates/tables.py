"""Tables of suggestions."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from srm.catalog.duplicates.models import DuplicatePair
from srm.ui import tables


class WordsColumn(tables.Column):
    """Reasons, one to a line."""

    def text(self, value: Any, row: Any) -> Any:
        return format_html_join("", "<div>{}</div>", ((word,) for word in value))


class DuplicateTable(tables.Table):
    first = tables.TextColumn(accessor="first.article", hint="first.name")
    second = tables.TextColumn(accessor="second.article", hint="second.name")
    score = tables.NumberColumn()
    words = WordsColumn(_("Why"), wide=True)
    verdict = tables.StateColumn(_("Decision"))
    found_at = tables.DateColumn(sort="found")
    decided_by = tables.TextColumn(accessor="decided_by.short_name")
    note = tables.TextColumn()

    class Meta:
        model = DuplicatePair
        hidden = ("decided_by", "note")

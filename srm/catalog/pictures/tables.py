"""The column of small pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from srm.catalog.pictures.selectors import address_of
from srm.ui import tables


class PictureColumn(tables.Column):
    """A small picture of the row's item (`item` is the path to it), for rows read `with_pictures`."""

    def __init__(self, *args: Any, item: str = "", **options: Any) -> None:
        super().__init__(*args, exclude_from_export=True, **options)
        self.item = item

    def is_needed(self, rows: Sequence[Any]) -> bool:
        """Where nothing has a picture there is no column for it."""
        return any(getattr(row, "picture", None) for row in rows)

    def cell(self, row: Any, name: str) -> SafeString:
        """The picture, or nothing; words beside it say what it is, so it has none of its own."""
        item, picture = getattr(row, self.item) if self.item else row, getattr(row, "picture", None)
        if not picture:
            return SafeString("")
        return format_html(
            '<img class="q-thumb" src="{}" alt="" width="40" height="40" loading="lazy">', address_of(item, picture)
        )

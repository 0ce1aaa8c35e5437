"""Tables of merges."""

from __future__ import annotations

from srm.catalog.merging.models import ItemMerge
from srm.ui import tables


class MergeTable(tables.Table):
    loser = tables.TextColumn(accessor="loser.article", hint="loser.name")
    winner = tables.TextColumn(accessor="winner.article", hint="winner.name")
    merged_at = tables.DateColumn(sort="merged")
    created_by = tables.TextColumn(accessor="created_by.short_name")
    undone_at = tables.DateColumn()
    note = tables.TextColumn(wide=True)

    class Meta:
        model = ItemMerge

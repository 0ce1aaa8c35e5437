"""How imports and exports are listed."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from srm.exchange.importer import KINDS
from srm.exchange.models import Export, ImportRun
from srm.ui import filters, tables


def kind_title(run: ImportRun) -> Any:
    """What is imported, in words."""
    return KINDS[run.kind].title if run.kind in KINDS else run.kind


class ImportTable(tables.Table):
    file_name = tables.TextColumn()
    kind = tables.TextColumn(_("Kind"), accessor=kind_title)
    state = tables.StateColumn()
    total = tables.NumberColumn()
    imported = tables.NumberColumn()
    rejected = tables.NumberColumn()
    user = tables.TextColumn(accessor="user.name")
    created_at = tables.TimeColumn()

    class Meta:
        model = ImportRun
        hidden = ("user",)


class ImportFilter(filters.FilterSet):
    state = filters.MultiChoiceFilter(choices=ImportRun.State.choices, label=_("State"))

    class Meta:
        model = ImportRun
        fields: list[str] = []


class ExportTable(tables.Table):
    title = tables.TextColumn()
    format = tables.TextColumn()
    row_count = tables.NumberColumn()
    query = tables.TextColumn()
    user = tables.TextColumn(accessor="user.name")
    created_at = tables.TimeColumn()

    class Meta:
        model = Export


class ExportFilter(filters.FilterSet):
    mine = filters.FlagFilter(label=_("Mine"), method="only_mine")

    class Meta:
        model = Export
        fields: list[str] = []

    def only_mine(self, queryset: QuerySet, _name: str, value: bool) -> QuerySet:
        """Exports that the reader made."""
        return queryset.filter(user_id=self.actor.user_id) if value else queryset


SORTS = {"-created": ("-id",), "created": ("id",)}

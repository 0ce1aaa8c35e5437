"""Equivalents as a sheet, read as it is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from srm.catalog.equivalents import services
from srm.catalog.equivalents.models import ItemEquivalent
from srm.catalog.models import Item
from srm.core.actor import Actor
from srm.exchange.columns import Col
from srm.exchange.importer import SheetKind, import_kind
from srm.exchange.sheets import Sheet


def find_items(articles: set[str], actor: Actor) -> dict[str, Item]:
    """Items by our article."""
    rows = Item.objects.visible_to(actor).filter(article__in=articles)
    return {row.article: row for row in rows.select_related("base_unit")}


class EquivalentSheet(Sheet):
    """A line for each pair."""

    model = ItemEquivalent
    columns = [
        Col("item", _("Article"), kind="ref", source="item.article", find=find_items, required=True),
        Col("item_name", _("Item"), source="item.name", way="out"),
        Col("equivalent", _("Article that may replace it"), kind="ref", source="equivalent.article", find=find_items,
            required=True),
        Col("equivalent_name", _("May be replaced by"), source="equivalent.name", way="out"),
        Col("factor", kind="decimal", help=_("Base units of the second item for one of the first. Left empty, the units say it.")),
        Col("both_ways", kind="bool"),
        Col("valid_from", kind="date"),
        Col("valid_to", kind="date"),
        Col("note", max_length=300),
    ]  # fmt: skip


@import_kind
class EquivalentImport(SheetKind):
    """Equivalents by the two articles: known pairs are changed, others made. An empty cell leaves what there is."""

    name, permission, sheet = "equivalents", "catalog.edit", EquivalentSheet
    hint = _("Known pairs of articles are changed, others made. An empty cell leaves what there is.")

    def save(self, values: Mapping[str, Any], *, actor: Actor) -> None:
        """Write one line."""
        given = {
            name: values[name] for name in ("factor", "both_ways", "valid_from", "valid_to", "note")
            if values.get(name) is not None
        }  # fmt: skip
        pair = {"item": values["item"], "equivalent": values["equivalent"]}
        found = ItemEquivalent.objects.visible_to(actor).filter(**pair).first()
        if found is None:
            services.name_equivalent(actor=actor, **pair, **given)
        else:
            services.change_equivalent(found, actor=actor, **given)

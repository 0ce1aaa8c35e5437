"""Two items side by side, field by field."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from srm.catalog.models import Item
from srm.ui import formats
from srm.ui.tables import state_html


@dataclass(frozen=True)
class Compared:
    """One line of the comparison; `differs` when the two say different things."""

    label: str
    first: Any
    second: Any

    @property
    def differs(self) -> bool:
        return self.first != self.second


def compare(first: Item, second: Item) -> list[Compared]:
    """What both are, what only one says left in; what neither says left out."""
    lines = [Compared(str(label), look(first), look(second)) for label, look in _lines().values()]
    return [line for line in lines if line.first or line.second]


def show(name: str, item: Item) -> Any:
    """One field of an item as the comparison shows it."""
    return _lines()[name][1](item)


def _lines() -> dict[str, tuple[str, Callable[[Item], Any]]]:
    return {
        "article": (_("Article"), lambda item: item.article),
        "state": (_("State"), state_html),
        "name_en": (_("Name, English"), lambda item: item.name_en),
        "name_ru": (_("Name, Russian"), lambda item: item.name_ru),
        "name_bg": (_("Name, Bulgarian"), lambda item: item.name_bg),
        "category": (_("Category"), lambda item: item.category.name),
        "base_unit": (_("Base unit"), lambda item: str(item.base_unit)),
        "packs": (_("Packs"), packs_in_words),
        "description": (_("Description"), lambda item: item.description),
        "is_service": (_("Service"), lambda item: _("yes") if item.is_service else ""),
        "reference_price": (_("Last price"), lambda item: formats.price(item.reference_price, item.currency)),
        "margin_dependent": (_("Margin that depends on it"), lambda item: formats.money(item.margin_dependent)),
        "created_at": (_("Made"), lambda item: formats.day(item.created_at)),
    }


def packs_in_words(item: Item) -> str:
    """ "box = 200 pc, pallet = 4000 pc"."""
    return ", ".join(
        f"{pack.unit} = {formats.quantity(pack.factor, item.base_unit)}" for pack in item.packs.select_related("unit")
    )

"""What cells refer to: units and legal entities, by code or by any of their names."""

from __future__ import annotations

from collections.abc import Mapping

from srm.catalog.models import Unit
from srm.core.actor import Actor
from srm.core.search import fold
from srm.people.models import LegalEntity


def find_units(texts: set[str], actor: Actor) -> Mapping[str, Unit]:
    """Units by code, symbol or name in any language; points and case do not matter."""
    known: dict[str, Unit] = {}
    for unit in Unit.objects.order_by("pk"):
        said = (unit.code, unit.symbol_en, unit.symbol_ru, unit.symbol_bg, unit.name_en, unit.name_ru, unit.name_bg)
        for text in filter(None, said):
            known.setdefault(_bare(text), unit)
    return {text: known[_bare(text)] for text in texts if _bare(text) in known}


def find_entities(texts: set[str], actor: Actor) -> Mapping[str, LegalEntity]:
    """Legal entities the actor works for, by code or name."""
    known: dict[str, LegalEntity] = {}
    for entity in entities_of(actor):
        for text in filter(None, (entity.code, entity.name_en, entity.name_ru, entity.name_bg)):
            known.setdefault(fold(text), entity)
    return {text: known[fold(text)] for text in texts if fold(text) in known}


def entities_of(actor: Actor) -> list[LegalEntity]:
    """The legal entities an actor works for."""
    rows = LegalEntity.objects.filter(is_active=True).order_by("pk")
    return [row for row in rows if not actor.legal_entities or row.pk in actor.legal_entities]


def _bare(text: str) -> str:
    return fold(text).replace(".", "").replace(" ", "")

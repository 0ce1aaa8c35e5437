"""What a catalog holds, independent of XML and database."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True)
class UnitShape:
    """A unit as both sides know it: Rec 20 code, ОКЕИ code, symbol and name."""

    code: str = ""
    okei: str = ""
    symbol: str = ""
    name: str = ""


@dataclass(frozen=True)
class GroupShape:
    """A category; `parent` is the id of the group around it."""

    id: str
    name: str
    parent: str = ""
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ItemShape:
    """An item. `packs` are (unit, factor to the base unit); `facts` are the requisites by name."""

    id: str
    article: str
    name: str
    group: str
    unit: UnitShape
    description: str = ""
    removed: bool = False
    packs: tuple[tuple[UnitShape, Decimal], ...] = ()
    facts: dict[str, str] = field(default_factory=dict)


@dataclass
class CatalogShape:
    """A whole catalog, and what could not be read of a file."""

    groups: list[GroupShape] = field(default_factory=list)
    items: list[ItemShape] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    only_changes: bool = False

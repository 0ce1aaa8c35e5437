"""How items are told: a family has one name in three languages with gaps, and a row of fillings for each item.

A gap filled with a number is written as each language writes it (1.5 mm, 1,5 мм); a text stays as it is (1.4301, M8×40);
three texts are one per language.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import product
from typing import Any, NamedTuple

from srm.home.demo.words import Text

Filling = str | int | float | Text
Row = tuple[tuple[Filling, ...], float]


class Family(NamedTuple):
    """Items that differ by size or material. `pack`: (unit, how many base units in it)."""

    category: str
    first: int
    unit: str
    names: Text
    rows: tuple[Row, ...]
    pack: tuple[str, int] | None = None
    service: bool = False


class Thing(NamedTuple):
    """One item as its family tells it."""

    category: str
    article: str
    unit: str
    names: Text
    price: Decimal
    pack: tuple[str, int] | None
    service: bool


def each(*rows: tuple[Any, ...]) -> tuple[Row, ...]:
    """(filling, ..., price) as rows."""
    return tuple((tuple(row[:-1]), float(row[-1])) for row in rows)


def cross(first: Mapping[Any, float], second: Mapping[Any, float]) -> tuple[Row, ...]:
    """Every one of the first with every one of the second; prices multiply."""
    return tuple(
        ((one, other), price * times) for (other, times), (one, price) in product(second.items(), first.items())
    )


def things(families: tuple[Family, ...]) -> Iterator[Thing]:
    """All items of all families, in order."""
    for family in families:
        for place, (fillings, price) in enumerate(family.rows):
            names = tuple(_told(text, fillings, tongue) for tongue, text in enumerate(family.names))
            yield Thing(
                family.category, str(family.first + place), family.unit, names,  # type: ignore[arg-type]
                Decimal(str(round(price, 4))), family.pack, family.service,
            )  # fmt: skip


def _told(text: str, fillings: tuple[Filling, ...], tongue: int) -> str:
    return text.format(*(_written(filling, tongue) for filling in fillings))


def _written(filling: Filling, tongue: int) -> str:
    if isinstance(filling, tuple):
        return filling[tongue]
    if isinstance(filling, float) and tongue:
        return f"{filling:g}".replace(".", ",")
    return filling if isinstance(filling, str) else f"{filling:g}"

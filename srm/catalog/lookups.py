"""What pickers offer of the catalog: items, categories, units."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from srm.catalog.lifecycle import ItemState
from srm.catalog.models import Category, Item, Unit
from srm.core.actor import Actor
from srm.core.search import fold
from srm.ui.forms import write_decimal
from srm.ui.lookups import MOST, lookup

VIEW = "catalog.view"
# What most things are counted in: offered first, before anybody has typed.
USUAL = ("C62", "KGM", "MTR", "LTR", "XBX", "XPK", "SET", "PR", "MTK", "TNE", "HUR", "E48")
Offer = tuple[str, str, str, dict[str, Any]]


@lookup("items", model=Item, permission=VIEW)
def items(actor: Actor, text: str) -> Iterator[Offer]:
    """Items in use by article or name in any language; brings unit, price and currency along."""
    rows = Item.objects.visible_to(actor).filter(state=ItemState.ACTIVE).search(text)
    rows = _best_first(rows, "article", text).select_related("category", "base_unit")
    for item in rows[:MOST]:
        known = item.reference_price
        data = {
            "unit": {"value": item.base_unit.code, "text": str(item.base_unit)},
            "price": write_decimal(known) if known is not None else None,
            "currency": item.currency if known is not None else None,
        }
        yield item.public_id, str(item), f"{item.category.name}, {item.base_unit}", data


@lookup("categories", model=Category, permission=VIEW)
def categories(actor: Actor, text: str) -> Iterator[tuple[str, str, str]]:
    """Open categories by code or name, with their place in the tree."""
    rows = Category.objects.visible_to(actor).filter(is_active=True).search(text)
    for category in _best_first(rows, "code", text, "path")[:MOST]:
        yield category.public_id, category.name, category.path.strip("/").replace("/", " / ")


@lookup("units", model=Unit, permission=VIEW, key="code")
def units(actor: Actor, text: str) -> Iterator[tuple[str, str, str]]:
    """Units by code, symbol or name in any language."""
    usual = Case(
        *(When(code=code, then=Value(place)) for place, code in enumerate(USUAL)), default=Value(len(USUAL)),
        output_field=IntegerField(),
    )  # fmt: skip
    exact = Q(code__iexact=text) | Q(symbol_en=text) | Q(symbol_ru=text) | Q(symbol_bg=text)
    rows = Unit.objects.search(text).annotate(usual=usual, exact=_rank((exact, 0)))
    for unit in rows.order_by("exact", "usual", "dimension", "factor", "code")[:MOST]:
        yield unit.code, str(unit), f"{unit.name}, {unit.code}"


def _best_first(rows: QuerySet, field: str, text: str, *order: str) -> QuerySet:
    """The row that is meant exactly, then those that begin so, then those that hold the words somewhere."""
    if not fold(text):
        return rows.order_by(*order, field)
    begins = _rank((Q(**{f"{field}__iexact": text}), 0), (Q(**{f"{field}__istartswith": text}), 1))
    return rows.annotate(begins=begins).order_by("begins", *order, field)


def _rank(*cases: tuple[Q, int]) -> Case:
    return Case(
        *(When(condition, then=Value(rank)) for condition, rank in cases), default=Value(len(cases)),
        output_field=IntegerField(),
    )  # fmt: skip

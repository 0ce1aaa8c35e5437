"""What pickers offer of the catalog: items, categories, units."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from srm.catalog.codes.models import Code
from srm.catalog.equivalents.selectors import stand_ins
from srm.catalog.equivalents.stocks import free_of
from srm.catalog.lifecycle import ItemState
from srm.catalog.models import Category, Item, Unit
from srm.catalog.prices import KnownPrice, prices_of
from srm.core.actor import Actor
from srm.core.search import fold, ranks
from srm.ui import formats
from srm.ui.forms import write_decimal
from srm.ui.lookups import MOST, lookup

VIEW = "catalog.view"
# What most things are counted in: offered first, before anybody has typed.
USUAL = ("C62", "KGM", "MTR", "LTR", "XBX", "XPK", "SET", "PR", "MTK", "TNE", "HUR", "E48")
Offer = tuple[str, str, str, dict[str, Any]]


@lookup("items", model=Item, permission=VIEW)
def items(actor: Actor, text: str) -> Iterator[Offer]:
    """Items in use by article or name in any language, and successors of those that are not; brings unit and price."""
    rows = _best_first(Item.objects.visible_to(actor).filter(state=ItemState.ACTIVE), text, "article")
    rows = rows.select_related("category", "base_unit")
    found = list(rows[:MOST])
    replaced = _successors(actor, text) if len(found) < MOST else {}
    missing = set(replaced) - {item.pk for item in found}
    found += Item.objects.visible_to(actor).filter(pk__in=missing).select_related("category", "base_unit")
    yield from offers_of(found, replaced)


def offers_of(items: Iterable[Item], replaced: Mapping[int, str] | None = None) -> Iterator[Offer]:
    """Items as a picker offers them, in one query for all prices; they bring their category and base unit along.

    Args:
        replaced: by key, the article that an item stands in for.
    """
    found, instead_of = list(items), replaced or {}
    prices, lying = prices_of(found), lying_instead(found)
    for item in found:
        known = prices.get(item.pk)
        data = {
            "unit": {"value": item.base_unit.code, "text": str(item.base_unit)},
            "price": write_decimal(known.price) if known else None,
            "currency": known.currency if known else None,
        }
        instead = _("instead of %(article)s") % {"article": instead_of[item.pk]} if item.pk in instead_of else ""
        yield (
            item.public_id,
            str(item),
            ", ".join(filter(None, [instead, _hint(item, known), lying.get(item.pk, "")])),
            data,
        )


def lying_instead(items: Iterable[Item]) -> dict[int, str]:
    """Of items of which nothing is free: what else lies in stock and may be taken instead, in words by primary key."""
    others = stand_ins(item.pk for item in items)
    free = free_of({*others, *(one.item.pk for some in others.values() for one in some)}) if others else {}
    found = {
        key: [one.item.article for one in some if one.item.pk in free]
        for key, some in others.items()
        if key not in free
    }
    return {
        key: _("equivalent in stock: %(articles)s") % {"articles": ", ".join(articles[:3])}
        for key, articles in found.items() if articles
    }  # fmt: skip


def _successors(actor: Actor, text: str) -> dict[int, str]:
    """Items in use that took the place of blocked ones which `text` names: by key, the article they replace."""
    if not fold(text):
        return {}
    rows = _best_first(Item.objects.visible_to(actor).exclude(state=ItemState.ACTIVE), text, "article")
    gone = rows.filter(replaced_by__isnull=False).select_related("replaced_by__replaced_by__replaced_by")[:MOST]
    found: dict[int, str] = {}
    for item in gone:
        new = item.replaced_by
        while new is not None and new.state != ItemState.ACTIVE:
            new = new.replaced_by
        if new is not None:
            found.setdefault(new.pk, item.article)
    return found


def _hint(item: Item, known: KnownPrice | None) -> str:
    """Category and unit; the price and how soon it comes, when somebody is known to sell it."""
    words = [item.category.name, str(item.base_unit)]
    if known:
        words.append(formats.price(known.price, known.currency))
        if known.is_agreed:
            words.append(_("agreed price"))
        if known.lead_days is not None:
            words.append(ngettext("%(n)d day", "%(n)d days", known.lead_days) % {"n": known.lead_days})
    return ", ".join(words)


@lookup("categories", model=Category, permission=VIEW)
def categories(actor: Actor, text: str) -> Iterator[tuple[str, str, str]]:
    """Open categories by code or name, with their place in the tree."""
    rows = Category.objects.visible_to(actor).filter(is_active=True)
    for category in _best_first(rows, text, "path", "code")[:MOST]:
        yield category.public_id, category.name, category.path.strip("/").replace("/", " / ")


@lookup("codes", model=Code, permission=VIEW)
def codes(actor: Actor, text: str) -> Iterator[tuple[str, str]]:
    """Codes of all lists by number or by words in any language."""
    for code in _best_first(Code.objects.visible_to(actor), text, "code", "id")[:MOST]:
        yield code.public_id, f"{code} {code.name}"


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


def _best_first(rows: QuerySet, text: str, *order: str) -> QuerySet:
    """The row that is meant exactly, then those that begin so, then those that hold the words somewhere."""
    first = ["match"] if ranks(rows.model, text) else []
    return rows.best(text).order_by(*first, *order)  # type: ignore[attr-defined]


def _rank(*cases: tuple[Q, int]) -> Case:
    return Case(
        *(When(condition, then=Value(rank)) for condition, rank in cases), default=Value(len(cases)),
        output_field=IntegerField(),
    )  # fmt: skip

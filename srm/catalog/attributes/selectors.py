"""Reading attributes: those of a category with all it inherits, and an item's values in words."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from srm.catalog.attributes.models import Attribute
from srm.catalog.models import Category, Item
from srm.ui import formats


def attributes_of(category: Category, *, all_of_them: bool = False) -> list[Attribute]:
    """What items of `category` are asked: its own attributes and those of the categories above, the upper ones first."""
    rows = Attribute.objects.filter(category__path__in=category.ancestor_paths()).select_related("unit", "category")
    found = rows if all_of_them else rows.filter(is_active=True)
    return sorted(found, key=lambda one: (len(one.category.path), one.position, one.code))


def lacking(item: Item) -> list[Attribute]:
    """Required attributes that the item has no value for."""
    return [one for one in attributes_of(item.category) if one.is_required and one.code not in item.attributes]


def in_words(item: Item) -> list[tuple[str, str]]:
    """(name, value) of everything the item's category asks and the item answers, in the reader's language."""
    return [
        (one.name or one.code, show(one, item.attributes[one.code]))
        for one in attributes_of(item.category, all_of_them=True)
        if one.code in item.attributes
    ]


def show(attribute: Attribute, value: Any) -> str:
    """A kept value in words."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if attribute.kind == Attribute.Kind.NUMBER:
        return formats.quantity(Decimal(value), attribute.unit or "")
    if attribute.kind == Attribute.Kind.DATE:
        return formats.day(dt.date.fromisoformat(value))
    return str(value)

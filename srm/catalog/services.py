"""Writing items and their packs; what is shared by the other writers of this room.

Categories and units are written in `structure.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import F
from django.db.models.signals import post_migrate
from django.utils.translation import gettext as _

from srm.catalog.attributes.selectors import attributes_of
from srm.catalog.attributes.services import cleaned
from srm.catalog.lifecycle import ItemState
from srm.catalog.models import Category, Item, ItemUnit, Unit
from srm.catalog.structure import (
    create_category,
    create_unit,
    require_name,
    set_segment,
    update_category,
    update_unit,
)
from srm.catalog.units import converts
from srm.catalog.units_data import load_after_migrate
from srm.catalog.usage import is_used
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, RuleBroken
from srm.core.numbering import Counter
from srm.core.redirects import current
from srm.flow import records
from srm.flow.perform import perform

__all__ = [
    "create_category",
    "create_item",
    "create_unit",
    "next_article",
    "next_articles",
    "set_segment",
    "update_category",
    "update_item",
    "update_unit",
]

SERIES = "ITEM"
Pack = Mapping[str, Any] | tuple[Unit, Decimal]

post_migrate.connect(load_after_migrate, sender=apps.get_app_config("srm"), dispatch_uid="catalog_units")


def create_item(
    *,
    actor: Actor,
    category: Category,
    base_unit: Unit,
    article: str = "",
    name_en: str = "",
    name_ru: str = "",
    name_bg: str = "",
    packs: Iterable[Pack] = (),
    activate: bool = False,
    **fields: Any,
) -> Item:
    """A new item, a draft unless `activate`; without an article it gets the next internal one.

    Args:
        packs: {"unit": Unit, "factor": base units in it}, or pairs of the two.
        activate: open it for requests at once; needs the right for that move.

    Raises:
        InvalidInput: sentences by field; of a pack as "packs.0.factor".
    """
    names: dict[str, Any] = {"name_en": name_en.strip(), "name_ru": name_ru.strip(), "name_bg": name_bg.strip()}
    require_name(names)
    _require_usable(category)
    fields["attributes"] = cleaned(category, fields.get("attributes") or {}, in_use=False)
    item = records.create(
        Item, actor=actor, article=article.strip() or next_article(), category=category, base_unit=base_unit, **names,
        **fields,
    )  # fmt: skip
    _write_packs(item, packs, actor)
    return perform(item, "activate", actor=actor) if activate else item


def update_item(
    item: Item, *, actor: Actor, version: int | None = None, packs: Iterable[Pack] | None = None, **changes: Any
) -> Item:
    """`item` with `changes`; `packs`, when given, is the whole new list of its packs.

    Raises:
        InvalidInput: sentences by field; the base unit of an item that is in use stays.
        RuleBroken: it was merged into another.
        Stale: somebody changed it since `version`.
    """
    locked = records.locked_row(item, version=version)
    _refuse_merged(locked)
    _check_changes(locked, changes)
    repacked = packs is not None and _write_packs(locked, packs, actor, base=changes.get("base_unit"))
    before = locked.version
    changed = records.update(locked, actor=actor, **changes)
    if repacked and changed.version == before:
        # Followers and other editors must hear of new packs even when the item's own fields stayed.
        changed.version += 1
        changed.save(update_fields=["version", "updated_at"])
        records.announce(changed, "changed", actor)
    return changed


def next_article() -> str:
    """The next free internal article, "A-00042", from a locked counter; articles taken by hand are passed over."""
    return next_articles(1)[0]


def next_articles(count: int) -> list[str]:
    """The next `count` free internal articles at once."""
    found: list[str] = []
    while missing := count - len(found):
        last = _count_on(missing)
        offered = [f"A-{number:05d}" for number in range(last - missing + 1, last + 1)]
        taken: set[str] = set()
        for start in range(0, len(offered), 500):
            some = Item.objects.filter(article__in=offered[start : start + 500])
            taken |= set(some.values_list("article", flat=True))
        found += [article for article in offered if article not in taken]
    return found


@transaction.atomic
def _count_on(count: int) -> int:
    """Move the counter of articles on by `count`; the number it shows now."""
    counters = Counter.objects.filter(series=SERIES, legal_entity_id=0, year=0)
    if not counters.update(last=F("last") + count):
        Counter.objects.get_or_create(series=SERIES, legal_entity_id=0, year=0)
        counters.update(last=F("last") + count)
    return counters.values_list("last", flat=True).get()


def _refuse_merged(item: Item) -> None:
    """What was merged is not changed any more: the change belongs to the item that stayed."""
    if item.state == ItemState.MERGED:
        raise RuleBroken(
            [_("%(item)s was merged into %(lead)s. Change that one.") % {"item": item.article, "lead": current(item)}]
        )


def _check_changes(item: Item, changes: dict[str, Any]) -> None:
    """What must hold whichever fields are changed."""
    for name in ("article", "name_en", "name_ru", "name_bg"):
        if name in changes:
            changes[name] = (changes[name] or "").strip()
    if changes.get("article") == "":
        del changes["article"]  # left empty on the form: it keeps its own
    require_name({name: changes.get(name, getattr(item, name)) for name in ("name_en", "name_ru", "name_bg")})
    if changes.get("category", item.category) != item.category:
        _require_usable(changes["category"])
    unit = changes.get("base_unit", item.base_unit)
    if unit != item.base_unit and is_used(item, apart_from=(ItemUnit,)):
        raise InvalidInput(
            {"base_unit": _("This item is already in requests, orders or stock, counted in “%(unit)s”. "
                            "Add a pack, or make a new item.") % {"unit": item.base_unit}}
        )  # fmt: skip
    _check_attributes(item, changes)
    if changes.get("replaced_by"):
        _check_replacement(item, changes["replaced_by"])


def _check_attributes(item: Item, changes: dict[str, Any]) -> None:
    """Values fit the category; in a new one those stay that it asks for, too."""
    category = changes.get("category", item.category)
    if "attributes" in changes:
        given = changes["attributes"] or {}
    elif category != item.category:
        known = {one.code for one in attributes_of(category, all_of_them=True)}
        given = {code: value for code, value in item.attributes.items() if code in known}
    else:
        return
    changes["attributes"] = cleaned(category, given, in_use=item.state == ItemState.ACTIVE)


def _check_replacement(item: Item, successor: Item | None) -> None:
    """The chain of successors never comes back to `item`."""
    seen = {item.pk}
    while successor is not None:
        if successor.pk in seen:
            raise InvalidInput({"replaced_by": _("An item cannot be replaced by itself, not even by a detour.")})
        seen.add(successor.pk)
        successor = successor.replaced_by


def _require_usable(category: Category) -> None:
    if not category.is_active:
        raise InvalidInput(
            {"category": _("“%(category)s” is closed. Choose another category.") % {"category": category}}
        )


def _write_packs(item: Item, packs: Iterable[Pack], actor: Actor, base: Unit | None = None) -> bool:
    """Make the item's packs what `packs` says; whether anything changed."""
    wanted: dict[int, tuple[Unit, Decimal]] = {}
    for position, pack in enumerate(packs):
        unit, factor = (pack["unit"], pack["factor"]) if isinstance(pack, Mapping) else pack
        _check_pack(position, unit, Decimal(factor), base or item.base_unit, wanted)
        wanted[unit.pk] = (unit, Decimal(factor))
    existing = {one.unit_id: one for one in item.packs.all()}
    changed = False
    for key, old in existing.items():
        if key not in wanted:
            records.remove(old, actor=actor, root=item)
            changed = True
    for key, (unit, factor) in wanted.items():
        if key not in existing:
            records.create(ItemUnit, actor=actor, root=item, item=item, unit=unit, factor=factor)
            changed = True
        elif existing[key].factor != factor:
            records.update(existing[key], actor=actor, root=item, factor=factor)
            changed = True
    return changed


def _check_pack(position: int, unit: Unit, factor: Decimal, base: Unit, known: Mapping[int, object]) -> None:
    """A pack holds more than nothing of another unit, once, and does not contradict the units' own meaning."""
    where = f"packs.{position}"
    if unit.pk == base.pk:
        raise InvalidInput({f"{where}.unit": _("“%(unit)s” is the base unit itself.") % {"unit": unit}})
    if unit.pk in known:
        raise InvalidInput({f"{where}.unit": _("There is already a pack of “%(unit)s”.") % {"unit": unit}})
    if factor <= 0:
        raise InvalidInput({f"{where}.factor": _("The pack must hold more than 0.")})
    if converts(unit, base) and abs(factor * base.factor - unit.factor) > unit.factor / 1000:
        raise InvalidInput(
            {f"{where}.factor": _("1 %(unit)s is always %(factor)s %(base)s; no pack is needed for that.")
             % {"unit": unit, "factor": format((unit.factor / base.factor).normalize(), "f"), "base": base}}
        )  # fmt: skip

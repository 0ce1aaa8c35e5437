"""The catalog out of the database and into it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from procurement.integrations.onec import xml
from procurement.integrations.onec.shapes import CatalogShape, GroupShape, ItemShape, UnitShape
from srm.audit import services as audit
from srm.catalog import services as catalog
from srm.catalog.lifecycle import ItemState
from srm.catalog.models import Category, Item, Unit
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import DomainError, InvalidInput, Missing, TooLarge
from srm.core.ids import new_public_id
from srm.core.quantities import parse_decimal
from srm.core.redirects import current
from srm.flow.perform import perform
from srm.integrations import services as links
from srm.people.models import LegalEntity

SYSTEM = "1c"
FILE_NAME = "import.xml"
ELSEWHERE = "Ид в системе "
NAMES = ("name_en", "name_ru", "name_bg")
CATEGORY_FACTS = ("code", *NAMES, "cpv", "okpd2", "unspsc")


# ------------------------------------------------------------------------------------------------------- out


def export_catalog(*, actor: Actor, legal_entity: LegalEntity, items: Iterable[Item] | None = None) -> bytes:
    """The catalog the actor sees as a CommerceML 2.10 document; `items` narrows it to changed ones."""
    everything = Item.objects.visible_to(actor).select_related("category", "base_unit").prefetch_related("packs__unit")
    rows: Iterable[Item] = everything.order_by("article") if items is None else items
    refs = links.external_ids_of(Item) | links.external_ids_of(Category)
    shape = CatalogShape(
        groups=[_group_shape(row, refs) for row in Category.objects.select_related("parent").order_by("path")],
        items=[_item_shape(row, refs) for row in rows], only_changes=items is not None,
    )  # fmt: skip
    return xml.write(
        shape, owner_id=legal_entity.public_id, owner=legal_entity.name, title=f"Каталог {legal_entity.name}",
        at=clock.now(),
    )  # fmt: skip


def note_export(legal_entity: LegalEntity, *, actor: Actor) -> None:
    """Write down that the catalog was taken out, in the caller's unit of work."""
    audit.record(actor=actor, verb="exported", subject=legal_entity, changes={"file": [None, FILE_NAME]})


def owner(public_id: str = "") -> LegalEntity:
    """Whose catalog it is: the firm of that id, else the first by its code.

    Raises:
        Missing
    """
    firms = LegalEntity.objects.filter(is_active=True)
    found = (firms.filter(public_id=public_id) if public_id else firms.order_by("code")).first()
    if found is None:
        raise Missing()
    return found


def _id_of(row: Category | Item, refs: dict[str, dict[str, str]]) -> str:
    """The id under which 1C knows it, else ours."""
    return refs.get(row.public_id, {}).get(SYSTEM, row.public_id)


def _group_shape(row: Category, refs: dict) -> GroupShape:
    facts = {name: getattr(row, name) for name in CATEGORY_FACTS if getattr(row, name)}
    parent = _id_of(row.parent, refs) if row.parent else ""
    return GroupShape(_id_of(row, refs), row.name_ru or row.name, parent, facts)


def _item_shape(row: Item, refs: dict) -> ItemShape:
    facts = {
        "ТипНоменклатуры": "Услуга" if row.is_service else "Товар",
        "Состояние": row.state,
        **{name: getattr(row, name) for name in NAMES if getattr(row, name)},
        "Валюта": row.currency,
    }
    for name, value in (("Цена", row.reference_price), ("Маржа", row.margin_dependent)):
        if value is not None:
            facts[name] = f"{value.normalize():f}"
    for system, external in refs.get(row.public_id, {}).items():
        if system != SYSTEM:
            facts[ELSEWHERE + system] = external
    return ItemShape(
        id=_id_of(row, refs), article=row.article, name=row.name_ru or row.name, group=_id_of(row.category, refs),
        unit=_unit_shape(row.base_unit), description=row.description, removed=row.state in {ItemState.BLOCKED, ItemState.MERGED},
        packs=tuple((_unit_shape(pack.unit), pack.factor) for pack in row.packs.all()), facts=facts,
    )  # fmt: skip


def _unit_shape(unit: Unit) -> UnitShape:
    return UnitShape(unit.code, unit.okei.zfill(3) if unit.okei else "", unit.symbol_ru or unit.symbol_en, unit.name_ru)


# -------------------------------------------------------------------------------------------------------- in


def keep(upload: Any) -> str:
    """Look at a catalog that somebody sent and store it for the job; answers its name in the store.

    Raises:
        InvalidInput: it is no CommerceML file. TooLarge: over 50 MB.
    """
    if upload.size > xml.MAX_BYTES:
        raise TooLarge()
    xml.read(upload.read())
    upload.seek(0)
    return default_storage.save(f"incoming/{new_public_id()}.xml", upload)


@dataclass
class Report:
    """What an import did, and what it could not do, line by line."""

    groups: int = 0
    created: int = 0
    changed: int = 0
    same: int = 0
    faults: list[str] = field(default_factory=list)


def import_catalog(body: bytes, *, actor: Actor, system: str = SYSTEM) -> Report:
    """Take a CommerceML catalog: known ids are changed, unknown ones made; what is faulty is listed and left.

    Raises:
        InvalidInput: it is no CommerceML file. TooLarge: over 50 MB.
    """
    shape = xml.read(body)
    report = Report(faults=list(shape.faults))
    groups = take_groups(shape.groups, actor=actor, system=system, report=report)
    take_items(shape.items, groups, actor=actor, system=system, report=report)
    return report


def take_groups(shapes: list[GroupShape], *, actor: Actor, system: str, report: Report) -> dict[str, Category]:
    """Write the groups, parents first; answers our category by their id."""
    groups: dict[str, Category] = {}
    for group in shapes:
        try:
            with transaction.atomic():
                groups[group.id] = _take_group(group, groups, actor, system)
            report.groups += 1
        except DomainError as fault:
            report.faults.append(f"{group.name}: {fault}")
    return groups


def take_items(
    shapes: list[ItemShape], groups: dict[str, Category], *, actor: Actor, system: str, report: Report
) -> None:
    """Write items; each wholly or, with its fault listed, not at all."""
    for item in shapes:
        try:
            with transaction.atomic():
                _take_item(item, groups, actor, system, report)
        except DomainError as fault:
            report.faults.append(f"{item.article or item.id} {item.name}: {fault}")


def _take_group(group: GroupShape, known: dict[str, Category], actor: Actor, system: str) -> Category:
    facts: dict = {name: value for name, value in group.facts.items() if name in CATEGORY_FACTS and name != "code"}
    if not any(facts.get(name) for name in NAMES):
        facts["name_ru"] = group.name[:200]
    row = _known(Category, group.id, actor, system)
    code = group.facts.get("code") or (row.code if row else group.id[:20])
    row = row or Category.objects.filter(code=code).first()
    parent = known.get(group.parent)
    if row is None:
        row = catalog.create_category(actor=actor, code=code, parent=parent, **facts)
    else:
        changes: dict = {**facts, "parent": parent}
        row = catalog.update_category(row, actor=actor, **changes)
    _link(row, group.id, actor, system)
    return row


def _take_item(item: ItemShape, groups: dict[str, Category], actor: Actor, system: str, report: Report) -> None:
    row = _known(Item, item.id, actor, system) or Item.objects.filter(article=item.article).exclude(article="").first()
    if row is not None and _stands_for_another(row, item):
        # Their double of what is one item here: ours stays as it is, and their id goes on leading to it.
        report.same += 1
        return
    values = _item_values(item, groups, row)
    packs = [{"unit": _unit(unit), "factor": factor} for unit, factor in item.packs]
    if row is None:
        row = catalog.create_item(actor=actor, article=item.article, packs=packs, **values)
        report.created += 1
    else:
        before = row.version
        row = catalog.update_item(row, actor=actor, article=item.article or row.article, packs=packs, **values)
        report.changed += row.version != before
        report.same += row.version == before
    _set_state(row, item, actor)
    _link(row, item.id, actor, system)
    for name, external in item.facts.items():
        if name.startswith(ELSEWHERE):
            links.link(row, system=name.removeprefix(ELSEWHERE), external_id=external, actor=actor)


def _stands_for_another(row: Item, item: ItemShape) -> bool:
    """Whether the file means an item that was merged: by its article, or by the id that it had."""
    if current(row) != row:
        return True
    gone = Item.objects.filter(article=item.article, state=ItemState.MERGED) if item.article else Item.objects.none()
    return item.article != row.article and gone.exists()


def _item_values(item: ItemShape, groups: dict[str, Category], row: Item | None) -> dict:
    category = groups.get(item.group) or (row.category if row else None)
    if category is None:
        raise InvalidInput({"category": _("Its group is not in the file.")})
    values: dict = {name: item.facts[name] for name in NAMES if item.facts.get(name)}
    if not values:
        values["name_ru"] = item.name[:200]
    for name, fact in (("reference_price", "Цена"), ("margin_dependent", "Маржа")):
        if fact in item.facts:
            values[name] = parse_decimal(item.facts[fact])
    if item.facts.get("Валюта"):
        values["currency"] = item.facts["Валюта"]
    unit = _unit(item.unit, row.base_unit if row else None)
    service = item.facts.get("ТипНоменклатуры") == "Услуга"
    return {**values, "category": category, "base_unit": unit, "description": item.description, "is_service": service}


def _unit(shape: UnitShape, default: Unit | None = None) -> Unit:
    """Our unit: by Rec 20 code, ОКЕИ code, or symbol, in this order.

    Raises:
        InvalidInput: none of them is known.
    """
    okei = shape.okei.lstrip("0")
    found = (
        (shape.code and Unit.objects.filter(code=shape.code).first())
        or (okei and Unit.objects.filter(okei__in=[okei, shape.okei]).first())
        or (shape.symbol and Unit.objects.filter(symbol_ru=shape.symbol.rstrip(".")).first())
        or default
    )
    if not found:
        shown = shape.symbol or shape.okei or "–"
        raise InvalidInput({"unit": _("The unit “%(unit)s” is not known. Add it first.") % {"unit": shown}})
    return found


def _set_state(row: Item, item: ItemShape, actor: Actor) -> None:
    wanted = "blocked" if item.removed else item.facts.get("Состояние", "active")
    if row.state != "active" and wanted in {"active", "blocked"} and row.state != wanted:
        row = perform(row, "activate", actor=actor)
    if wanted == "blocked" and row.state == "active":
        perform(row, "block", actor=actor, reason=_("Removed in the other system."))


def _known(model: Any, identity: str, actor: Actor, system: str):
    """Our row under the other system's id, or under our own id, which our export gives where theirs is unknown."""
    if not identity:
        return None
    return (
        links.find(model, system=system, external_id=identity, actor=actor)
        or model.objects.filter(public_id=identity).first()
    )


def _link(row: Category | Item, identity: str, actor: Actor, system: str) -> None:
    if identity and identity != row.public_id:
        links.link(row, system=system, external_id=identity, actor=actor)

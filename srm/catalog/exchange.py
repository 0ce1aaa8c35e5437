"""Items and categories as sheets: what the lists give away is read back as it was written."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.catalog import services
from srm.catalog.attributes.values import read_pairs, write_pairs
from srm.catalog.codes.models import Code
from srm.catalog.models import Category, Item, Unit
from srm.core.actor import Actor
from srm.core.errors import InvalidInput
from srm.core.quantities import clean_quantity
from srm.exchange.columns import Col
from srm.exchange.importer import SheetKind, import_kind
from srm.exchange.sheets import Sheet
from srm.people.models import User


def find_categories(codes: set[str], actor: Actor) -> dict[str, Category]:
    """Categories by their code."""
    return {row.code: row for row in Category.objects.visible_to(actor).filter(code__in=codes)}


def find_units(codes: set[str], actor: Actor) -> dict[str, Unit]:
    """Units by their code."""
    return {row.code: row for row in Unit.objects.filter(code__in=codes)}


def find_people(mails: set[str], actor: Actor) -> dict[str, User]:
    """Members of staff by their address."""
    rows = User.objects.filter(email__in=mails, kind=User.Kind.STAFF)
    return {row.email: row for row in rows}


def _packs(item: Item) -> str:
    return write_pairs({pack.unit.code: format(pack.factor.normalize(), "f") for pack in item.packs.all()})


def _codes(category: Category) -> str:
    return "; ".join(sorted(f"{code.system} {code.code}" for code in category.codes.all()))


def _read_codes(text: str) -> list[Code]:
    """Codes of a cell like "cpv 44531000-6; okpd2 25.94".

    Raises:
        InvalidInput: a list has no such code.
    """
    found = []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        system, _space, code = part.partition(" ")
        row = Code.objects.filter(system=system.lower(), code=code.strip()).first()
        if row is None:
            raise InvalidInput(_("No loaded list has “%(code)s”.") % {"code": part[:40]})
        found.append(row)
    return found


class ItemSheet(Sheet):
    """What the list of items gives away."""

    model = Item
    columns = [
        Col("article", required=True, max_length=40),
        Col("name_en", max_length=200),
        Col("name_ru", max_length=200),
        Col("name_bg", max_length=200),
        Col("category", gettext_lazy("Category code"), kind="ref", source="category.code", find=find_categories, required=True),
        Col("category_name", gettext_lazy("Category"), source="category.name", way="out"),
        Col("base_unit", gettext_lazy("Unit code"), kind="ref", source="base_unit.code", find=find_units, required=True),
        Col("unit", gettext_lazy("Unit"), source="base_unit.symbol", way="out"),
        Col("packs", gettext_lazy("Packs"), source=_packs, help=gettext_lazy("Unit code and base units in it: XBX=200; XPK=10")),
        Col("reference_price", kind="price"),
        Col("currency", max_length=3),
        Col("margin_dependent", kind="amount"),
        Col("is_service", kind="bool"),
        Col("attributes", source=lambda item: write_pairs(item.attributes), help=gettext_lazy("By code: diameter=8; material=A2")),
        Col("replaced_by", source="replaced_by.article", max_length=40),
        Col("description", max_length=4000),
        Col("state", kind="choice", way="out"),
    ]  # fmt: skip

    @classmethod
    def rows(cls, queryset: Any, columns: Any, progress: Any = None) -> Any:
        """With the packs of each portion in one query."""
        return super().rows(queryset.prefetch_related("packs__unit"), columns, progress)


class CategorySheet(Sheet):
    """What the tree of categories gives away."""

    model = Category
    columns = [
        Col("code", required=True, max_length=20),
        Col("parent", gettext_lazy("Part of"), source="parent.code", max_length=20),
        Col("name_en", max_length=200),
        Col("name_ru", max_length=200),
        Col("name_bg", max_length=200),
        Col("segment", kind="choice", way="out"),
        Col("buyer", kind="ref", source="buyer.email", find=find_people),
        Col("cpv", max_length=10),
        Col("okpd2", max_length=20),
        Col("unspsc", max_length=12),
        Col("codes", source=_codes, help=gettext_lazy("Of loaded lists: cpv 44531000-6; okpd2 25.94")),
        Col("is_active", kind="bool"),
    ]

    @classmethod
    def rows(cls, queryset: Any, columns: Any, progress: Any = None) -> Any:
        """With the codes of each portion in one query."""
        return super().rows(queryset.prefetch_related("codes"), columns, progress)


@import_kind
class ItemImport(SheetKind):
    """Items by their article: known ones are changed, others made as drafts. An empty cell leaves what there is."""

    name, permission, sheet = "items", "catalog.edit", ItemSheet
    hint = gettext_lazy("Known articles are changed, others made as drafts. An empty cell leaves what there is.")

    def save(self, values: Mapping[str, Any], *, actor: Actor) -> None:
        """Write one line."""
        given = _filled(values, ItemSheet)
        for name, read in (("packs", _read_packs), ("attributes", read_pairs)):
            if name in given:
                given[name] = _of_column(name, read, given[name])
        if "currency" in given:
            given["currency"] = given["currency"].upper()
        after: dict[str, Any] = (
            {"replaced_by": _successor(given.pop("replaced_by"), actor)} if "replaced_by" in given else {}
        )
        found = Item.objects.visible_to(actor).filter(article=given["article"]).select_related("category").first()
        if found is None:
            item = services.create_item(actor=actor, **given)
            if after:
                services.update_item(item, actor=actor, **after)
        else:
            services.update_item(found, actor=actor, **given, **after)


def _successor(article: str, actor: Actor) -> Item:
    found = Item.objects.visible_to(actor).filter(article=article).first()
    if found is None:
        raise InvalidInput({"replaced_by": _("There is no item “%(article)s” yet.") % {"article": article}})
    return found


@import_kind
class CategoryImport(SheetKind):
    """Categories by their code, those above before those below. An empty cell leaves what there is."""

    name, permission, sheet = "categories", "catalog.edit", CategorySheet
    hint = gettext_lazy("Known codes are changed, others made; a category stands after the one it is part of.")

    def save(self, values: Mapping[str, Any], *, actor: Actor) -> None:
        """Write one line."""
        given = _filled(values, CategorySheet)
        if "parent" in given:
            parent = Category.objects.visible_to(actor).filter(code=given["parent"]).first()
            if parent is None:
                raise InvalidInput({"parent": _("There is no category with this code.")})
            given["parent"] = parent
        if "codes" in given:
            given["codes"] = _of_column("codes", _read_codes, given["codes"])
        found = Category.objects.visible_to(actor).filter(code=given["code"]).first()
        if found is None:
            services.create_category(actor=actor, **given)
        else:
            services.update_category(found, actor=actor, **given)


def _filled(values: Mapping[str, Any], sheet: type[Sheet]) -> dict[str, Any]:
    names = [column.name for column in sheet.imported()]
    return {name: values[name] for name in names if values.get(name) is not None}


def _of_column(name: str, read: Any, text: str) -> Any:
    try:
        return read(text)
    except InvalidInput as fault:
        raise InvalidInput({name: [str(one) for some in fault.errors.values() for one in some]}) from fault


def _read_packs(text: str) -> list[tuple[Unit, Decimal]]:
    """Packs of a cell like "XBX=200; XPK=10".

    Raises:
        InvalidInput: an unknown unit, or no number.
    """
    pairs = read_pairs(text)
    units = {unit.code: unit for unit in Unit.objects.filter(code__in=pairs)}
    if unknown := sorted(set(pairs) - set(units)):
        raise InvalidInput(_("There is no unit “%(code)s”.") % {"code": unknown[0][:10]})
    return [(units[code], clean_quantity(number)) for code, number in pairs.items()]

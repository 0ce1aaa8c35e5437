"""CommerceML 2.10: shapes to XML and back.

Source of the format: 1C, "CommerceML 2", schema version 2.10 (urn:1C.ru:commerceml_2).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _
from lxml import etree

from procurement.integrations.onec.shapes import CatalogShape, GroupShape, ItemShape, UnitShape
from srm.core.errors import InvalidInput, TooLarge

NAMESPACE = "urn:1C.ru:commerceml_2"
VERSION = "2.10"
MAX_BYTES = 50 * 1024 * 1024
LONG = 3000  # the schema's limit of a comment
VALUE = 1000  # the schema's limit of a requisite's value
REST_OF_TEXT = "Описание (продолжение)"
CODE = "МеждународноеСокращение"


# ------------------------------------------------------------------------------------------------------- out


def write(catalog: CatalogShape, *, owner_id: str, owner: str, title: str, at: dt.datetime) -> bytes:
    """The catalog as a document valid by the schema; `at` in UTC stands in its head."""
    root = etree.Element(_q("КоммерческаяИнформация"), nsmap={None: NAMESPACE})
    root.set("ВерсияСхемы", VERSION)
    root.set("ДатаФормирования", at.strftime("%Y-%m-%dT%H:%M:%S"))
    classifier = _sub(root, "Классификатор")
    _head(classifier, owner_id, title, owner_id, owner)
    if catalog.groups:
        _groups(classifier, catalog.groups, "")
    body = _sub(root, "Каталог")
    body.set("СодержитТолькоИзменения", "true" if catalog.only_changes else "false")
    _text(body, "Ид", owner_id)
    _text(body, "ИдКлассификатора", owner_id)
    _text(body, "Наименование", title)
    _owner(body, owner_id, owner)
    goods = _sub(body, "Товары")
    for item in catalog.items:
        _item(goods, item)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _head(parent: etree._Element, identity: str, title: str, owner_id: str, owner: str) -> None:
    _text(parent, "Ид", identity)
    _text(parent, "Наименование", title)
    _owner(parent, owner_id, owner)


def _owner(parent: etree._Element, owner_id: str, owner: str) -> None:
    node = _sub(parent, "Владелец")
    _text(node, "Ид", owner_id)
    _text(node, "Наименование", owner)
    _text(node, "ОфициальноеНаименование", owner)


def _groups(parent: etree._Element, groups: list[GroupShape], inside: str) -> None:
    mine = [group for group in groups if group.parent == inside]
    if not mine:
        return
    holder = _sub(parent, "Группы")
    for group in mine:
        node = _sub(holder, "Группа")
        _text(node, "Ид", group.id)
        _text(node, "Наименование", group.name)
        if group.facts:
            _text(node, "Описание", "\n".join(f"{key}: {value}" for key, value in group.facts.items())[:LONG])
        _groups(node, groups, group.id)


def _item(parent: etree._Element, item: ItemShape) -> None:
    node = _sub(parent, "Товар")
    if item.removed:
        node.set("Статус", "Удален")
    _text(node, "Ид", item.id)
    _text(node, "Артикул", item.article)
    _text(node, "Наименование", item.name)
    base = _sub(node, "БазоваяЕдиница")
    base.text = item.unit.symbol
    for name, value in (("Код", item.unit.okei), ("НаименованиеПолное", item.unit.name), (CODE, item.unit.code)):
        if value:
            base.set(name, value)
    for unit, factor in item.packs:
        _pack(base, unit, factor)
    if item.group:
        _text(_sub(node, "Группы"), "Ид", item.group)
    if item.description:
        _text(node, "Описание", item.description[:LONG])
    _requisites(node, item)


def _pack(base: etree._Element, unit: UnitShape, factor: Decimal) -> None:
    node = _sub(base, "Пересчет")
    if unit.okei:
        _text(node, "Единица", unit.okei)
    _text(node, "Коэффициент", f"{factor.normalize():f}")
    _requisite(_sub(node, "ДополнительныеДанные"), CODE, [unit.code])


def _requisites(node: etree._Element, item: ItemShape) -> None:
    rest = [item.description[start : start + VALUE] for start in range(LONG, len(item.description), VALUE)]
    if not item.facts and not rest:
        return
    holder = _sub(node, "ЗначенияРеквизитов")
    for key, value in item.facts.items():
        _requisite(holder, key, [value])
    if rest:
        _requisite(holder, REST_OF_TEXT, rest)


def _requisite(holder: etree._Element, name: str, values: list[str]) -> None:
    node = _sub(holder, "ЗначениеРеквизита")
    _text(node, "Наименование", name)
    for value in values:
        _text(node, "Значение", value)


def _sub(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, _q(name))


def _text(parent: etree._Element, name: str, value: str) -> None:
    _sub(parent, name).text = _clean(value)


def _clean(value: str) -> str:
    """Without the control signs that XML cannot hold."""
    return "".join(sign for sign in value if sign in "\t\n\r" or sign >= " ")


def _q(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


# -------------------------------------------------------------------------------------------------------- in


def read(body: bytes) -> CatalogShape:
    """The catalog in a file. Groups and items that make no sense are left out and named in `faults`.

    Raises:
        TooLarge: over 50 MB. InvalidInput: it is no CommerceML file.
    """
    if len(body) > MAX_BYTES:
        raise TooLarge()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as fault:
        raise InvalidInput({"file": _("This is no XML file: %(fault)s.") % {"fault": str(fault)[:200]}}) from fault
    if _name(root) != "КоммерческаяИнформация":
        raise InvalidInput({"file": _("This is no CommerceML file: its first element is “%(name)s”.")
                            % {"name": _name(root)[:60]}})  # fmt: skip
    catalog = CatalogShape()
    for node in _children(root):
        if _name(node) == "Классификатор":
            _read_groups(node, "", catalog)
        if _name(node) == "Каталог":
            catalog.only_changes = node.get("СодержитТолькоИзменения", "").lower() in {"true", "1"}
            _read_items(node, catalog)
    return catalog


def _read_groups(parent: etree._Element, inside: str, catalog: CatalogShape) -> None:
    for holder in _named(parent, "Группы"):
        for node in _named(holder, "Группа"):
            identity, name = _value(node, "Ид"), _value(node, "Наименование")
            if not identity or not name:
                catalog.faults.append(_("Line %(line)s: a group without id or name.") % {"line": node.sourceline})
                continue
            catalog.groups.append(GroupShape(identity, name, inside, _facts_of_text(_value(node, "Описание"))))
            _read_groups(node, identity, catalog)


def _facts_of_text(text: str) -> dict[str, str]:
    pairs = (line.partition(": ") for line in text.splitlines())
    return {key: value for key, colon, value in pairs if colon}


def _read_items(body: etree._Element, catalog: CatalogShape) -> None:
    for holder in _named(body, "Товары"):
        for node in _named(holder, "Товар"):
            item = _read_item(node)
            if item.name and (item.id or item.article):
                catalog.items.append(item)
            else:
                catalog.faults.append(
                    _("Line %(line)s: an item without name, id and article.") % {"line": node.sourceline}
                )


def _read_item(node: etree._Element) -> ItemShape:
    base = next(iter(_named(node, "БазоваяЕдиница")), None)
    groups = next(iter(_named(node, "Группы")), None)
    facts, rest = _read_requisites(node)
    return ItemShape(
        id=_value(node, "Ид"), article=_value(node, "Артикул"), name=_value(node, "Наименование"),
        group=_value(groups, "Ид") if groups is not None else "", unit=_read_unit(base), facts=facts,
        description=_value(node, "Описание", strip=False) + rest, removed=node.get("Статус") == "Удален",
        packs=tuple(_read_packs(base)),
    )  # fmt: skip


def _read_unit(base: etree._Element | None) -> UnitShape:
    if base is None:
        return UnitShape()
    return UnitShape(
        code=base.get(CODE, ""), okei=base.get("Код", "").strip(), symbol=(base.text or "").strip(),
        name=base.get("НаименованиеПолное", ""),
    )  # fmt: skip


def _read_packs(base: etree._Element | None) -> Iterator[tuple[UnitShape, Decimal]]:
    for node in _named(base, "Пересчет") if base is not None else []:
        facts = {}
        for holder in _named(node, "ДополнительныеДанные"):
            facts = {
                _value(one, "Наименование"): _value(one, "Значение") for one in _named(holder, "ЗначениеРеквизита")
            }
        try:
            factor = Decimal(_value(node, "Коэффициент").replace(",", "."))
        except InvalidOperation:
            continue
        if factor > 0:
            yield UnitShape(code=facts.get(CODE, ""), okei=_value(node, "Единица")), factor


def _read_requisites(node: etree._Element) -> tuple[dict[str, str], str]:
    facts, rest = {}, ""
    for holder in _named(node, "ЗначенияРеквизитов"):
        for one in _named(holder, "ЗначениеРеквизита"):
            values = [value.text or "" for value in _named(one, "Значение")]
            if _value(one, "Наименование") == REST_OF_TEXT:
                rest = "".join(values)
            else:
                facts[_value(one, "Наименование")] = values[0] if values else ""
    return facts, rest


def _children(node: etree._Element) -> Iterator[etree._Element]:
    return (child for child in node if isinstance(child.tag, str))


def _named(node: etree._Element, name: str) -> list[etree._Element]:
    """Children called `name`, in the schema's namespace or in none, as real files have it."""
    return [child for child in _children(node) if _name(child) == name]


def _name(node: etree._Element) -> str:
    return etree.QName(node).localname


def _value(node: etree._Element, name: str, *, strip: bool = True) -> str:
    found = next(iter(_named(node, name)), None)
    text = (found.text or "") if found is not None else ""
    return text.strip() if strip else text

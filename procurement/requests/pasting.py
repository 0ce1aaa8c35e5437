"""A list from Excel, read into needs: what each cell means, what is wrong with it, which items may be meant.

Nothing is written. A row whose item is not sure keeps its words and names the likeliest items; the reader chooses.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from rapidfuzz import fuzz, process

from procurement.requests.exchange import NeedSheet
from srm.catalog.lifecycle import ItemState
from srm.catalog.models import Item, ItemUnit, Unit
from srm.core.actor import Actor
from srm.core.errors import InvalidInput
from srm.core.search import fold
from srm.exchange import guessing
from srm.exchange.parsing import ParsedRow

MOST_ROWS, MOST_SIGNS = 300, 200_000
OFFERED, LOOKED_THROUGH = 5, 400
# Words that share less than this with an item's name are no likeness (rapidfuzz's weighted ratio, 0 to 100).
LIKE = 60
# What a list without headings holds, in the order of the request form.
ORDER = ("item", "quantity", "unit", "need_by", "estimate", "note")


@dataclass
class Pasted:
    """One row as it was understood; `faults` are sentences by field, `offers` the items that may be meant."""

    row: int
    text: str
    values: dict[str, Any] = field(default_factory=dict)
    unit_text: str = ""
    faults: dict[str, str] = field(default_factory=dict)
    offers: list[Item] = field(default_factory=list)

    @property
    def item(self) -> Item | None:
        return self.values.get("item")


def read_list(text: str, *, actor: Actor) -> list[Pasted]:
    """The rows of a pasted list, with or without headings.

    Raises:
        InvalidInput: it is empty, or longer than one request may be.
    """
    rows = _parsed(text, actor)
    pasted = [_pasted(row) for row in rows]
    _find_items(pasted, actor)
    _find_units(pasted)
    return pasted


def _parsed(text: str, actor: Actor) -> list[ParsedRow]:
    if len(text) > MOST_SIGNS:
        raise InvalidInput({"pasted": [_("This is too long. Take at most %(n)d rows at a time.") % {"n": MOST_ROWS}]})
    plain = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    table = [row for row in csv.reader(io.StringIO(plain), delimiter="\t") if any(map(str.strip, row))]
    if not table:
        raise InvalidInput({"pasted": [_("Paste at least one row: item, quantity, unit, date.")]})
    if len(table) > MOST_ROWS + 1:
        raise InvalidInput({"pasted": [_("This is too long. Take at most %(n)d rows at a time.") % {"n": MOST_ROWS}]})
    if not _is_heading(table[0]):
        width = max(map(len, table))
        table.insert(0, list(ORDER[:width]))
        if width == 1:
            table[0].append("quantity")
    try:
        return NeedSheet.parse(table, actor=actor)
    except InvalidInput as fault:
        raise InvalidInput({"pasted": [word for words in fault.errors.values() for word in words]}) from fault


def _is_heading(cells: Sequence[str]) -> bool:
    """Two known headings are one row of headings; a single one may be an item called so."""
    known = {guessing.fold(name) for column in NeedSheet.columns for name in column.headings()}
    hits = sum(guessing.fold(cell) in known for cell in cells if cell.strip())
    return hits >= 2 or (hits == 1 and len(cells) == 1)


def _pasted(row: ParsedRow) -> Pasted:
    values = {name: row.values.get(name) for name in ("quantity", "need_by", "estimate", "note")}
    text = str(row.values.get("item") or row.values.get("name") or "")
    found = Pasted(row.line - 1, text, values, str(row.values.get("unit") or ""))
    values["name"] = str(row.values.get("name") or "")
    for fault in row.faults:
        found.faults.setdefault(fault.column, fault.message)
    if not text:
        found.faults.setdefault("item", _("Which item? Write its article or its name."))
    return found


def _find_units(rows: Iterable[Pasted]) -> None:
    """Units by code, symbol or name in any language; of several of one name the one that the item comes in."""
    rows = [row for row in rows if row.unit_text]
    if not rows:
        return
    known: dict[str, list[Unit]] = {}
    for unit in Unit.objects.order_by("pk"):
        names = (unit.symbol_en, unit.symbol_ru, unit.symbol_bg, unit.name_en, unit.name_ru, unit.name_bg, unit.code)
        for name in {_bare(name) for name in names if name}:
            known.setdefault(name, []).append(unit)
    packs = ItemUnit.objects.filter(item__in=[row.item.pk for row in rows if row.item])
    comes_in = set(packs.values_list("item_id", "unit_id"))
    for row in rows:
        found = known.get(_bare(row.unit_text), [])
        own = [unit for unit in found if row.item and _fits(row.item, unit, comes_in)]
        row.values["unit"] = next(iter(own or found), None)
        if not found:
            row.faults["unit"] = _("“%(text)s” is no unit known here.") % {"text": row.unit_text[:40]}


def _fits(item: Item, unit: Unit, comes_in: set[tuple[int, int]]) -> bool:
    same = unit.dimension == item.base_unit.dimension != Unit.Dimension.OTHER
    return unit.pk == item.base_unit_id or (item.pk, unit.pk) in comes_in or same


def _bare(text: str) -> str:
    return fold(text).strip(" .")


def _find_items(rows: Sequence[Pasted], actor: Actor) -> None:
    """Exact articles and names first, in one query; what is left is looked for word by word."""
    texts = {text for row in rows for text in (row.text, row.values.get("name")) if text}
    exact = _exactly(texts, actor)
    likely: dict[str, list[Item]] = {}
    for row in rows:
        name = row.values.pop("name", "")
        hits = exact.get(fold(row.text)) or exact.get(fold(name)) or []
        if len(hits) == 1:
            row.values["item"] = hits[0]
            continue
        if not row.text:
            continue
        words = f"{row.text} {name}".strip() if name != row.text else row.text
        if words not in likely:
            likely[words] = hits or likeliest(words, actor)
        row.offers = likely[words]
        row.faults["item"] = (
            _("“%(text)s” may mean several items. Choose one.")
            if row.offers
            else _("“%(text)s” is not in the catalog.")
        ) % {"text": row.text[:60]}


def _exactly(texts: Iterable[str], actor: Actor) -> dict[str, list[Item]]:
    """{folded text: items in use that have exactly this article or name}."""
    wanted = {text.strip() for text in texts} | {fold(text) for text in texts}
    names = ("article", "name_en", "name_ru", "name_bg")
    same = Q()
    for name in names:
        same |= Q(**{f"{name}__in": wanted})
    found: dict[str, list[Item]] = {}
    for item in _in_use(actor).filter(same):
        for text in {fold(getattr(item, name)) for name in names if getattr(item, name)}:
            found.setdefault(text, []).append(item)
    return found


def likeliest(text: str, actor: Actor) -> list[Item]:
    """At most five items in use whose names resemble `text` most, the likeliest first."""
    words = [word for word in fold(text).split() if len(word) > 1][:8]
    if not words:
        return []
    candidates = list(_in_use(actor).search(text)[:LOOKED_THROUGH])
    if not candidates:
        some = Q()
        for word in words:
            some |= Q(search_text__contains=word[:20])
        candidates = list(_in_use(actor).filter(some)[:LOOKED_THROUGH])
    names = {no: item.search_text for no, item in enumerate(candidates)}
    best = process.extract(fold(text), names, scorer=fuzz.WRatio, limit=OFFERED, score_cutoff=LIKE)
    return [candidates[no] for _name, _score, no in best]


def _in_use(actor: Actor) -> Any:
    rows = Item.objects.visible_to(actor).filter(state=ItemState.ACTIVE)
    return rows.select_related("base_unit", "category").order_by("article")


def as_form(rows: Sequence[Pasted]) -> dict[str, str]:
    """The rows as a browser would send them in the line form; words that mean nothing yet carry a "~"."""
    data = {"lines-TOTAL_FORMS": str(len(rows)), "lines-INITIAL_FORMS": "0"}
    for no, row in enumerate(rows):
        unit = row.values.get("unit") or (row.item.base_unit if row.item else None)
        cells: Mapping[str, Any] = {
            "item": row.item.public_id if row.item else f"~{row.text}" if row.text else "",
            "unit": unit.code if unit else f"~{row.unit_text}" if row.unit_text else "",
            **{name: _written(row.values.get(name)) for name in ("quantity", "need_by", "estimate", "note")},
        }
        data |= {f"lines-{no}-{name}": value for name, value in cells.items()}
    return data


def _written(value: Any) -> str:
    return "" if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)

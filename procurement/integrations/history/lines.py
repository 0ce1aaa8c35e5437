"""One line of the past, and what follows from it by itself: money, price, days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from hashlib import blake2b
from typing import Any

from srm.core.money import cents, line_total
from srm.core.search import fold

PRICE_STEP = Decimal("0.000001")
TRANSFER = "transfer"
# Words in a cell that stand for an empty one, in columns where any text is allowed.
NOTHING = frozenset({"n/a", "na", "none", "-", "--", "?", "нет", "няма", "н/д"})
LONGEST_NOTHING = 4


@dataclass(slots=True)
class Line:
    """What a row of the file says; empty texts and None where it says nothing."""

    number: int
    transfer: bool
    order_number: str = ""
    quantity: Decimal = Decimal(0)
    line_id: str = ""
    system: str = ""
    legal_entity: int | None = None
    department: str = ""
    department_group: str = ""
    place: str = ""
    supplier: str = ""
    supplier_code: str = ""
    supplier_country: str = ""
    article: str = ""
    item: str = ""
    category: str = ""
    category_2: str = ""
    category_3: str = ""
    brand: str = ""
    pack_size: Decimal | None = None
    unit: int | None = None
    remark: str = ""
    value: Decimal | None = None
    price: Decimal | None = None
    currency: str = ""
    rate: Decimal | None = None
    freight: Decimal | None = None
    weight: Decimal | None = None
    transport: str = ""
    incoterm: str = ""
    quoted_on: dt.date | None = None
    ordered_on: dt.date | None = None
    planned_on: dt.date | None = None
    delivered_on: dt.date | None = None
    delivery_note: str = ""
    warehouse: str = ""
    key: str = ""

    @property
    def net(self) -> Decimal:
        """What the line cost: its value, or quantity x price where no value is given."""
        if self.value is not None:
            return self.value
        return line_total(self.quantity, self.price or Decimal(0))

    @property
    def unit_price(self) -> Decimal:
        """The price of one unit: of the value where there is one, because prices are rounded in the source."""
        if self.value is None:
            return self.price or Decimal(0)
        return (self.value / self.quantity).quantize(PRICE_STEP, rounding=ROUND_HALF_UP)

    @property
    def day(self) -> dt.date:
        """The day of an order of this line alone; for a transfer, the day it left."""
        if self.transfer:
            days = (self.delivered_on, self.planned_on, self.ordered_on, self.quoted_on)
        else:
            days = (self.ordered_on, self.quoted_on, self.planned_on, self.delivered_on)
        return next(day for day in days if day)

    @property
    def categories(self) -> tuple[str, ...]:
        """The path of categories from the root; a level that repeats the one above is the same category."""
        path: list[str] = []
        for name in (self.category, self.category_2, self.category_3):
            if name and (not path or fold(name) != fold(path[-1])):
                path.append(name)
        return tuple(path)

    def differs_from_price(self) -> bool:
        """Whether value is not quantity x price, which happens where the source shows a rounded price."""
        return self.value is not None and self.price is not None and cents(self.quantity * self.price) != self.value


TEXTS = tuple(name for name, kind in Line.__annotations__.items() if kind == "str" and name != "key")


def line_of(number: int, transfer: bool, values: Mapping[str, Any], shared: dict[str, str] | None = None) -> Line:
    """The line of parsed values; `shared` keeps one copy of each text that many lines repeat."""
    found = {name: value for name, value in values.items() if value is not None}
    for name in TEXTS:
        text = found.get(name, "")
        if text and len(text) <= LONGEST_NOTHING and fold(text) in NOTHING:
            text = ""
        found[name] = text if shared is None else shared.setdefault(text, text)
    return Line(number=number, transfer=transfer, **found)


def key_of(line: Line, seen: dict[str, int]) -> str:
    """What tells this line from all others of its system: its id there, or what it says.

    Of lines that say the same, the first, the second and so on are told apart by `seen`, so that a file that comes
    again, sorted in another way or longer, has the same keys.
    """
    if line.line_id:
        return line.line_id
    said = (
        line.order_number, fold(line.supplier), line.article, fold(line.item), format(line.quantity.normalize(), "f"),
        format(line.net.normalize(), "f"), line.currency, line.delivery_note, *map(str, _days(line)),
    )  # fmt: skip
    digest = blake2b("\x1f".join(said).encode(), digest_size=12).hexdigest()
    seen[digest] = seen.get(digest, 0) + 1
    return f"~{digest}.{seen[digest]}"


def _days(line: Line) -> Iterable[dt.date | None]:
    return (line.ordered_on, line.planned_on, line.delivered_on)

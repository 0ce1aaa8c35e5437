"""Lines of the past put together: orders with their deliveries, transfers, and slices to write at once. Pure."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from procurement.integrations.history.lines import Line
from srm.core.search import fold

Delivery = tuple[dt.date, str]


@dataclass
class Order:
    """Lines of one order number, supplier and currency, in the order of the file."""

    number: str
    lines: list[Line] = field(default_factory=list)

    @property
    def first(self) -> Line:
        return self.lines[0]

    def said(self, name: str) -> str:
        """What the order's head says: the first line that says anything, for a head has room for one answer."""
        return next((text for line in self.lines if (text := getattr(line, name))), "")

    @property
    def day(self) -> dt.date:
        """The day it was sent; where no line has one, the day it was asked for, planned or delivered."""
        for name in ("ordered_on", "quoted_on", "planned_on", "delivered_on"):
            days = [day for line in self.lines if (day := getattr(line, name))]
            if days:
                return min(days)
        raise ValueError(f"order {self.number} has no date")

    @property
    def sent_on(self) -> dt.date | None:
        """The day it was truly sent, or None: lead times are measured from it."""
        return min((line.ordered_on for line in self.lines if line.ordered_on), default=None)

    @property
    def due_on(self) -> dt.date | None:
        return min((line.planned_on for line in self.lines if line.planned_on), default=None)

    @property
    def net(self) -> Decimal:
        return sum((line.net for line in self.lines), Decimal(0))

    @property
    def freight(self) -> Decimal:
        return sum((line.freight for line in self.lines if line.freight), Decimal(0))

    def deliveries(self) -> dict[Delivery, list[Line]]:
        """Lines by the day they came and the delivery note they came with; what never came is left out."""
        found: dict[Delivery, list[Line]] = defaultdict(list)
        for line in self.lines:
            if line.delivered_on:
                found[line.delivered_on, line.delivery_note].append(line)
        return dict(sorted(found.items()))


@dataclass
class Slice:
    """What is written in one transaction."""

    orders: list[Order] = field(default_factory=list)
    transfers: list[Line] = field(default_factory=list)

    def __len__(self) -> int:
        return sum(len(order.lines) for order in self.orders) + len(self.transfers)

    def lines(self) -> Iterator[Line]:
        """Every line of the slice."""
        for order in self.orders:
            yield from order.lines
        yield from self.transfers


def grouped(lines: Iterable[Line]) -> Slice:
    """All lines as orders, by their day, and transfers, by the day they left."""
    orders: dict[tuple, Order] = {}
    transfers = []
    for line in lines:
        if line.transfer:
            transfers.append(line)
            continue
        key = (
            line.system,
            line.legal_entity,
            line.order_number,
            line.supplier_code or fold(line.supplier),
            line.currency,
        )
        orders.setdefault(key, Order(line.order_number)).lines.append(line)
    return Slice(
        sorted(orders.values(), key=lambda order: (order.day, order.number, order.first.number)),
        sorted(transfers, key=lambda line: (line.day, line.number)),
    )


def slices(whole: Slice, most: int) -> Iterator[Slice]:
    """`whole` in slices of about `most` lines, orders kept together; everything in one if it fits."""
    part = Slice()
    size = 0
    for order in whole.orders:
        if size and size + len(order.lines) > most:
            yield part
            part, size = Slice(), 0
        part.orders.append(order)
        size += len(order.lines)
    for line in whole.transfers:
        if size >= most:
            yield part
            part, size = Slice(), 0
        part.transfers.append(line)
        size += 1
    if size:
        yield part

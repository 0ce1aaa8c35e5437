"""A slice of the past as rows: built before the transaction, inserted inside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from procurement.integrations.history.checks import base_quantity
from procurement.integrations.history.directory import Directory
from procurement.integrations.history.engine import Order, Slice
from procurement.integrations.history.lines import Line
from procurement.integrations.history.rates import Rates
from procurement.orders.models import OrderLine, OrderState, PurchaseOrder
from procurement.receipts.lifecycle import ReceiptState
from procurement.receipts.models import GoodsReceipt, ReceiptLine
from srm.catalog.models import Unit
from srm.core.actor import Actor
from srm.core.numbering import next_numbers
from srm.core.search import fold
from srm.exchange.models import ImportRun
from srm.flow import bulk
from srm.integrations.models import ExternalRef
from srm.stock.models import StockLevel, StockMove
from suppliers.performance.models import PerformanceFact

ORDER_LINE, MOVE = OrderLine._meta.label_lower, StockMove._meta.label_lower
RECEIPT, RUN = GoodsReceipt._meta.label_lower, ImportRun._meta.label_lower


@dataclass
class Rows:
    """The rows of one slice, by what they are."""

    orders: list[PurchaseOrder] = field(default_factory=list)
    order_lines: list[OrderLine] = field(default_factory=list)
    receipts: list[GoodsReceipt] = field(default_factory=list)
    receipt_lines: list[ReceiptLine] = field(default_factory=list)
    facts: list[PerformanceFact] = field(default_factory=list)
    openings: list[StockMove] = field(default_factory=list)
    transfers: list[StockMove] = field(default_factory=list)
    levels: list[StockLevel] = field(default_factory=list)
    refs: list[ExternalRef] = field(default_factory=list)


class Builder:
    """Turns a slice into rows whose keys are reserved and which point to each other."""

    def __init__(
        self, run: ImportRun, directory: Directory, rates: Rates, units: dict[int, Unit], actor: Actor
    ) -> None:
        self.run, self.directory, self.rates, self.units, self.actor = run, directory, rates, units, actor
        self.rows = Rows()
        self._keys = {
            model: bulk.Keys(model, block=1024)
            for model in (PurchaseOrder, OrderLine, GoodsReceipt, ReceiptLine, PerformanceFact, StockMove, ExternalRef)
        }

    def build(self, part: Slice) -> Rows:
        """The rows of a slice."""
        for order in part.orders:
            self._order(order)
        self._transfers(part.transfers)
        self.rows.receipts.sort(key=lambda receipt: receipt.received_on)  # numbers follow the days
        return self.rows

    def _key(self, model: type[models.Model]) -> int:
        return self._keys[model].take()

    # -- orders ------------------------------------------------------------

    def _order(self, order: Order) -> None:
        first = order.first
        entity, supplier = self.directory.entity(first), self.directory.supplier(first)
        row = PurchaseOrder(
            pk=self._key(PurchaseOrder), legal_entity=entity, supplier=supplier, source=PurchaseOrder.Source.IMPORT,
            external_number=order.number, state=OrderState.CLOSED, currency=first.currency,
            incoterm=order.said("incoterm"), payment_days=supplier.payment_days, ordered_on=order.day,
            due_on=order.due_on, net_total=order.net, freight=order.freight, created_by_id=self.actor.user_id,
            created_at=_morning(order.day),
        )  # fmt: skip
        with_place = next((line for line in order.lines if line.place), None)
        row.place = self.directory.place(with_place) if with_place else None
        with_department = next((line for line in order.lines if line.department), None)
        row.department = self.directory.department(with_department) if with_department else None
        written = {line.number: self._order_line(row, position, line) for position, line in enumerate(order.lines, 1)}
        row.base_total = sum((line.base_net for line in written.values()), Decimal(0))
        self.rows.orders.append(row)
        for (_day, _note), lines in order.deliveries().items():
            self._receipt(row, order, [(line, written[line.number]) for line in lines])

    def _order_line(self, order: PurchaseOrder, position: int, line: Line) -> OrderLine:
        item = self.directory.item(line)
        counted = base_quantity(item, line, self.units, item.base_unit)
        base = order.legal_entity.currency
        row = OrderLine(  # type: ignore[misc]  # a checked line has its unit
            pk=self._key(OrderLine), order=order, position=position, item=item, description=line.remark,
            category_id=item.category_id, external_id=line.key[:60], quantity=line.quantity, unit_id=line.unit,
            base_quantity=counted, price=line.unit_price, net=line.net, freight=line.freight, need_by=line.planned_on,
            base_net=self.rates.to_base(line.net, line.currency, base, line.day, line.rate),
            received_quantity=counted if line.delivered_on else Decimal(0),
        )  # fmt: skip
        self.rows.order_lines.append(row)
        self._ref(line, ORDER_LINE, row.public_id)
        return row

    def _receipt(self, order: PurchaseOrder, said: Order, pairs: list[tuple[Line, OrderLine]]) -> None:
        first = pairs[0][0]
        receipt = GoodsReceipt(
            pk=self._key(GoodsReceipt), legal_entity=order.legal_entity, order=order, state=ReceiptState.POSTED,
            received_on=first.delivered_on, delivery_note=first.delivery_note, note=_shipment(line for line, _r in pairs),
            value=sum((row.base_net for _line, row in pairs), Decimal(0)), created_by_id=self.actor.user_id,
            created_at=_morning(first.delivered_on),
        )  # fmt: skip
        self.rows.receipts.append(receipt)
        for line, row in pairs:
            came = ReceiptLine(
                pk=self._key(ReceiptLine), receipt=receipt, order_line=row, quantity=row.base_quantity,
                base_net=row.base_net,
            )  # fmt: skip
            self.rows.receipt_lines.append(came)
            self.rows.facts.append(
                PerformanceFact(  # type: ignore[misc]  # a received line has its day
                    pk=self._key(PerformanceFact), supplier_id=order.supplier_id, item_id=row.item_id,
                    ordered_on=said.sent_on, planned_on=line.planned_on, actual_on=line.delivered_on,
                    ordered=row.base_quantity, received=row.base_quantity, value=row.base_net, document_kind=RECEIPT,
                    document_id=receipt.public_id, line_id=came.public_id,
                )
            )  # fmt: skip

    # -- transfers -----------------------------------------------------------

    def _transfers(self, lines: list[Line]) -> None:
        openings: dict[tuple[int, int], StockMove] = {}
        for line in lines:
            warehouse, item = self.directory.warehouse(line), self.directory.item(line)
            quantity = base_quantity(item, line, self.units, item.base_unit)
            base = self.directory.entity(line).currency
            worth = self.rates.to_base(line.net, line.currency, base, line.day, line.rate)
            opening = openings.get((warehouse.pk, item.pk))
            if opening is None:
                opening = openings[warehouse.pk, item.pk] = self._opening(line)
            opening.quantity += quantity
            opening.value += worth
            move = StockMove(
                kind=StockMove.Kind.TRANSFER, warehouse=warehouse, item=item, quantity=-quantity, value=-worth,
                moved_on=line.day, document_kind=RUN, document_id=self.run.public_id,
                document_number=line.order_number[:40],
                counterpart=(line.place or line.department)[:200], reason=_imported(line), created_by_id=self.actor.user_id,
            )  # fmt: skip
            self.rows.transfers.append(move)
            self._ref(line, MOVE, move.public_id)
        self.rows.openings = list(openings.values())
        # Openings have the lower keys: whoever adds up moves in their order never sees less than nothing.
        for move in (*self.rows.openings, *self.rows.transfers):
            move.pk = self._key(StockMove)
        self.rows.levels = [StockLevel(warehouse_id=warehouse, item_id=item) for warehouse, item in openings]

    def _opening(self, line: Line) -> StockMove:
        return StockMove(
            kind=StockMove.Kind.ADJUSTMENT, warehouse=self.directory.warehouse(line), item=self.directory.item(line),
            quantity=Decimal(0), value=Decimal(0), moved_on=line.day, document_kind=RUN, document_id=self.run.public_id,
            document_number=line.system, created_by_id=self.actor.user_id,
            reason=_("Opening stock of the import from “%(system)s”: what its transfers took out later. No purchase.")
            % {"system": line.system},
        )  # fmt: skip

    def _ref(self, line: Line, kind: str, public_id: str) -> None:
        ref = ExternalRef(system=line.system, kind=kind, object_id=public_id, external_id=line.key)
        ref.pk = self._key(ExternalRef)
        self.rows.refs.append(ref)


class Written:
    """The rows of a slice, ready for the database; what a row was built of is let go as soon as it is ready."""

    def __init__(self, rows: Rows, averaged: int = 0) -> None:
        self.averaged = averaged
        self.counts = {name: len(found) for name, found in vars(rows).items()}
        self.levels = rows.levels
        self.tails = [fold(order.external_number) for order in rows.orders]
        self.series = {
            PurchaseOrder: [(order.legal_entity, order.ordered_on.year) for order in rows.orders if order.ordered_on],
            GoodsReceipt: [(receipt.legal_entity, receipt.received_on.year) for receipt in rows.receipts],
        }
        # The lines go first: they hold on to their orders and receipts.
        self.others = [
            _ready(model, found)
            for model, found in (
                (PerformanceFact, rows.facts), (ReceiptLine, rows.receipt_lines), (OrderLine, rows.order_lines),
                (ExternalRef, rows.refs),
            )
        ]  # fmt: skip
        self.openings, self.transfers = _ready(StockMove, rows.openings), _ready(StockMove, rows.transfers)
        self.receipts, self.orders = _ready(GoodsReceipt, rows.receipts), _ready(PurchaseOrder, rows.orders)

    def write(self, run: ImportRun, actor: Actor) -> None:
        """Insert everything; stock first and numbers after it, in the order in which everybody takes locks."""
        self._write_levels()
        self.openings.write()
        self.transfers.write()
        numbers = self._numbers(PurchaseOrder)
        self.orders.put("number", numbers)
        self.orders.put(
            "search_text", [f"{number.casefold()} {tail}" for number, tail in zip(numbers, self.tails, strict=True)]
        )
        self.receipts.put("number", self._numbers(GoodsReceipt))
        self.orders.write()
        self.receipts.write()
        for batch in self.others:
            batch.write()
        for batch in (self.openings, self.transfers, self.orders, self.receipts, *self.others[:3]):
            if len(batch):
                bulk.note(batch, actor=actor, run=run)

    def _write_levels(self) -> None:
        """Levels that are not there yet begin with nothing; what came in went out, so the others stay as they are."""
        StockLevel.objects.unscoped("levels of the moves being written").bulk_create(
            self.levels, ignore_conflicts=True, batch_size=500
        )

    def _numbers(self, model: Any) -> list[str]:
        """Numbers for all rows, each in the series of its legal entity and year, in the order of the rows."""
        wanted = self.series[model]
        places: dict[tuple[int, int], list[int]] = {}
        for index, (entity, year) in enumerate(wanted):
            places.setdefault((entity.pk, year), []).append(index)
        found = [""] * len(wanted)
        for (entity_id, year), indexes in sorted(places.items()):
            prefix = wanted[indexes[0]][0].number_prefix
            numbers = next_numbers(model.series, entity_id, year, len(indexes), prefix=prefix)
            for index, number in zip(indexes, numbers, strict=True):
                found[index] = number
        return found


def _ready(model: type[models.Model], rows: list[Any]) -> bulk.Batch:
    """The rows as the database takes them; the list is empty afterwards."""
    batch = bulk.Batch(model, rows)
    rows.clear()
    return batch


def _shipment(lines: Iterable[Line]) -> str:
    """How the goods travelled and what they weighed, where the lines say it."""
    kept = list(lines)
    weight = sum((line.weight for line in kept if line.weight), Decimal(0))
    words = list(dict.fromkeys(line.transport for line in kept if line.transport))
    if weight:
        words.append(f"{weight.normalize():f} kg")
    return ", ".join(words)[:1000]


def _imported(line: Line) -> str:
    said = _("Imported from “%(system)s”, line %(line)s.") % {
        "system": line.system,
        "line": line.line_id or line.number,
    }
    return f"{said} {line.delivery_note}".strip()


def _morning(day: dt.date | None) -> dt.datetime:
    """The beginning of a day: lists then show a document of the past where it belongs."""
    assert day is not None
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))

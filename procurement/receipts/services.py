"""Writing receipts and what their posting does: stock, materials we supplied, ledger, budget, performance, the order."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from procurement.handouts import arriving
from procurement.orders import services as orders
from procurement.orders.models import OrderLine, OrderState, PurchaseOrder
from procurement.orders.money import Need, own_need, share
from procurement.receipts.lifecycle import ReceiptState
from procurement.receipts.models import GoodsReceipt, ReceiptLine
from procurement.requests import selectors as requests
from procurement.requests import services as ledger
from procurement.requests.models import RequestLine
from procurement.subcontracting import using as materials
from srm.audit import services as audit
from srm.budget import services as budget
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, RuleBroken
from srm.core.money import cents
from srm.core.quantities import clean_quantity, parse_decimal
from srm.flow import records
from srm.flow.registry import effect
from srm.stock import services as stock
from srm.stock.models import Warehouse
from srm.ui import formats
from suppliers.performance import services as performance

KIND = GoodsReceipt._meta.label_lower
ZERO = Decimal(0)
# More than this over the ordered quantity is a mistake at the gate, not a rounding of the supplier's pack.
OVER = Decimal("1.05")


def create_receipt(
    *, actor: Actor, order: PurchaseOrder, received_on: dt.date, lines: Iterable[dict],
    warehouse: Warehouse | None = None, delivery_note: str = "", note: str = "",
) -> GoodsReceipt:  # fmt: skip
    """A draft receipt of a sent order.

    Args:
        lines: `order_line`, `quantity` accepted and `rejected` (base units, either may be 0), `reason` of a rejection;
            `need`, where it came for that request line alone and passed no store.

    Raises:
        InvalidInput: nothing came, too much came, a date in the future, or a rejection without a reason.
    """
    if order.state not in {OrderState.SENT, OrderState.CONFIRMED}:
        raise InvalidInput(
            _("Only a sent order can be received; this one is “%(state)s”.") % {"state": order.state_label}
        )
    if received_on > clock.today():
        raise InvalidInput({"received_on": _("Goods cannot be received in the future.")})
    receipt = records.create(
        GoodsReceipt, actor=actor, legal_entity=order.legal_entity, order=order, warehouse=warehouse,
        received_on=received_on, delivery_note=delivery_note, note=note,
    )  # fmt: skip
    _write_lines(receipt, lines, actor)
    return receipt


def update_receipt(
    receipt: GoodsReceipt, *, actor: Actor, version: int | None = None, lines: Iterable[dict] | None = None, **changes
) -> GoodsReceipt:
    """A changed draft.

    Raises:
        InvalidInput: it was posted already, or a value cannot be. Stale: somebody changed it meanwhile.
    """
    records.refuse_unless_draft(receipt, ReceiptState.DRAFT)
    receipt = records.update(receipt, actor=actor, version=version, **changes)
    if lines is not None:
        receipt.lines.all().delete()
        _write_lines(receipt, lines, actor)
    return receipt


def _write_lines(receipt: GoodsReceipt, lines: Iterable[dict], actor: Actor) -> None:
    faults: dict[str, list] = {}
    written = 0
    for index, values in enumerate(lines):
        try:
            written += _write_line(receipt, values)
        except InvalidInput as fault:
            faults |= {f"lines.{index}.{'quantity' if name == '__all__' else name}": found
                       for name, found in fault.errors.items()}  # fmt: skip
    if faults:
        raise InvalidInput(faults)
    if not written:
        raise InvalidInput(_("Enter what came on at least one line."))
    audit.record(actor=actor, verb="lines written", subject=receipt, changes={"lines": [None, written]})


def _write_line(receipt: GoodsReceipt, values: dict) -> int:
    """Write one line; 0 when nothing of it came."""
    accepted, rejected = (_came(values.get(name)) for name in ("quantity", "rejected"))
    line: OrderLine = values["order_line"]
    if not accepted and not rejected:
        return 0
    if line.order_id != receipt.order_id:
        raise InvalidInput({"order_line": _("This line belongs to another order.")})
    if rejected and not values.get("reason"):
        raise InvalidInput({"reason": _("Say why it is rejected.")})
    if reason := _too_much(line, accepted):
        raise InvalidInput({"quantity": reason})
    need: RequestLine | None = values.get("need")
    if accepted and need is None and receipt.warehouse_id is None and line.item and not line.item.is_service:
        raise InvalidInput({"warehouse": _("Choose the warehouse that takes the goods.")})
    ReceiptLine.objects.unscoped("receipt being written").create(
        receipt=receipt, order_line=line, quantity=accepted, rejected=rejected, reason=values.get("reason") or "",
        base_net=cents(line.base_net * accepted / line.base_quantity), need=need,
    )  # fmt: skip
    return 1


def _too_much(line: OrderLine, accepted: Decimal) -> str:
    """Why so much more of a line cannot have come; "" when it can."""
    if line.received_quantity + accepted <= line.owed * OVER:
        return ""
    words = {"ordered": formats.quantity(line.owed), "received": formats.quantity(line.received_quantity)}
    return _("Ordered %(ordered)s, already received %(received)s: this would be too much.") % words


def _came(value: object) -> Decimal:
    number = parse_decimal(value)
    return clean_quantity(number) if number else Decimal(0)


@effect(GoodsReceipt, "confirm")
@effect(GoodsReceipt, "post")
def on_post(receipt: GoodsReceipt, *, actor: Actor, **_details: object) -> None:
    """Everything that follows from goods having come, in one transaction."""
    orders.hold(receipt.order)
    for line in _lines(receipt):
        if line.quantity:
            _take_in(receipt, line, actor)
        _note_fact(receipt, line)
    _set_value(receipt)
    orders.close_if_complete(receipt.order, actor=actor)


@effect(GoodsReceipt, "reverse")
def on_reverse(receipt: GoodsReceipt, *, actor: Actor, **_details: object) -> None:
    """Counter-entries for everything the posting did; the delivery fact stays, the reversal is another one."""
    orders.hold(receipt.order)
    for line in _lines(receipt):
        if not line.quantity:
            continue
        item = line.order_line.item
        used = materials.put_back(actor=actor, order=receipt.order, document=receipt, document_line=line.pk)
        if item and not item.is_service and receipt.warehouse:
            arriving.send_off(actor=actor, **_waiting(receipt, line))
            stock.send_back(
                actor=actor, warehouse=receipt.warehouse, item=item, quantity=line.quantity, moved_on=clock.today(),
                document=receipt, counterpart=receipt.order.supplier.name, value=line.base_net + used,
            )  # fmt: skip
        _unspend(_shares(line), receipt, actor)
        ledger.take_back(actor=actor, document_kind=KIND, line_id=line.pk, stage="received")
        orders.note_received(line.order_line, -line.quantity, actor=actor)
        _serve_from_surplus(line.order_line, actor)
    orders.reopen_if_owed(receipt.order, actor=actor)


def _serve_from_surplus(order_line: OrderLine, actor: Actor) -> None:
    """What other receipts brought beyond the needs serves those whom the reversal left waiting for nothing."""
    order_line.refresh_from_db(fields=["received_quantity"])
    behind = requests.behind(orders.KIND, [order_line.pk], "ordered").get(order_line.pk, [])
    waiting = sum((quantity for _need, quantity in behind), ZERO)
    waiting -= sum(requests.came_of(orders.KIND, [order_line.pk]).values(), ZERO)
    short = waiting - order_line.outstanding
    rows = ReceiptLine.objects.unscoped("receipts of the same order line").filter(
        order_line=order_line, receipt__state=ReceiptState.POSTED
    )  # fmt: skip
    for line in rows.select_related("receipt__warehouse", "receipt__order", "order_line__item").order_by("pk"):
        mine = _waiting(line.receipt, line)["shares"]
        spare = min(line.quantity - sum((quantity for _need, quantity in mine), ZERO), short)
        if spare > 0:
            short -= _give(line, spare, actor)


def _give(line: ReceiptLine, quantity: Decimal, actor: Actor) -> Decimal:
    """Up to `quantity` of what came on a line for nobody is for the needs behind its order now, and so is its money."""
    before, had = _shares(line), dict(_waiting(line.receipt, line)["shares"])
    given = _carry(line.receipt, line, quantity, actor)
    _unspend(before, line.receipt, actor)
    _spend(_shares(line), line.receipt, actor)
    if line.receipt.warehouse and line.order_line.item and not line.order_line.item.is_service:
        kept = _waiting(line.receipt, line)
        kept["shares"] = [
            (need, part - had.get(need, ZERO)) for need, part in kept["shares"] if part > had.get(need, ZERO)
        ]
        arriving.keep(actor=actor, **kept)
    return given


def _carry(receipt: GoodsReceipt, line: ReceiptLine, quantity: Decimal, actor: Actor) -> Decimal:
    """So much of what came on a line goes to the needs behind its order, as far as they wait; how much did.

    Raises:
        RuleBroken: it came for one need, which does not wait for so much any more.
    """
    order_line = line.order_line
    carried = ledger.carry(
        actor=actor, source_kind=orders.KIND, source_line_id=order_line.pk, source_stage="ordered",
        stage="received", quantity=quantity, document=receipt, line_id=line.pk,
        expected_on=receipt.received_on, run=receipt.public_id, rule=receipt.order.sharing, portion=order_line.portion,
        request_line_id=line.need_id,
    )  # fmt: skip
    if line.need_id is not None and carried != quantity:
        raise RuleBroken([_("Part of it was confirmed or received meanwhile. Look at what is still to come.")])
    return carried


def _lines(receipt: GoodsReceipt) -> list[ReceiptLine]:
    parts = ("item__base_unit", "unit", "category", "order__cost_center__owner")
    return list(receipt.lines.select_related(*(f"order_line__{part}" for part in parts)).order_by("pk"))


def _take_in(receipt: GoodsReceipt, line: ReceiptLine, actor: Actor) -> None:
    order_line = line.order_line
    # Another receipt of the same delivery may have been posted since this one was written.
    order_line.refresh_from_db(fields=["received_quantity", "cut_quantity"])
    if reason := _too_much(order_line, line.quantity):
        raise RuleBroken([reason])
    used = materials.consume(
        actor=actor, order=receipt.order, line=order_line, quantity=line.quantity, moved_on=receipt.received_on,
        document=receipt, document_line=line.pk,
    )  # fmt: skip
    orders.note_received(order_line, line.quantity, actor=actor)
    _carry(receipt, line, line.quantity, actor)
    _spend(_shares(line), receipt, actor)
    if order_line.item and not order_line.item.is_service and receipt.warehouse:
        stock.receive(
            actor=actor, warehouse=receipt.warehouse, item=order_line.item, quantity=line.quantity,
            moved_on=receipt.received_on, value=line.base_net + used, document=receipt,
            counterpart=receipt.order.supplier.name,
        )  # fmt: skip
        arriving.keep(actor=actor, **_waiting(receipt, line))


def _waiting(receipt: GoodsReceipt, line: ReceiptLine) -> dict[str, Any]:
    """Who waits for what came on a line, and where."""
    shares = requests.behind(KIND, [line.pk], "received").get(line.pk, [])
    return {"warehouse": receipt.warehouse, "item": line.order_line.item, "shares": shares}


# What each need pays of what was ordered for it, and the need that pays what came beyond the order.
Shares = tuple[dict[Need, Decimal], dict[Need, Decimal]]


def _spend(shares: Shares, receipt: GoodsReceipt, actor: Actor) -> None:
    for amounts, ordered in zip(shares, (True, False), strict=True):
        for need, amount in amounts.items():
            budget.spend(
                actor=actor, account=need.account, request_line_id=need.public_id, amount=amount, document=receipt,
                ordered=ordered,
            )  # fmt: skip


def _unspend(shares: Shares, receipt: GoodsReceipt, actor: Actor) -> None:
    ordered, beyond = shares
    for need, amount in ordered.items():
        budget.unspend(actor=actor, request_line_id=need.public_id, amount=amount, document=receipt)
    for need, amount in beyond.items():
        budget.release(actor=actor, request_line_id=need.public_id, document=receipt, bucket="spent", amount=amount)


def _shares(line: ReceiptLine) -> Shares:
    """What of a receipt line's money each need causes, net, in base currency.

    Each need's sum over all receipts is its share of the ordered line, to the cent: the last receipt takes the
    rounding. What came beyond what requests asked for is paid by the order's cost centre, else by the last need.
    """
    order_line = line.order_line
    rows = ReceiptLine.objects.unscoped("receipts of the same order line").filter(order_line=order_line)
    behind = requests.behind(KIND, list(rows.values_list("pk", flat=True)), "received")
    total: dict[RequestLine, Decimal] = defaultdict(Decimal)
    for shares in behind.values():
        for request_line, quantity in shares:
            total[request_line] += quantity
    mine = dict(behind.get(line.pk, []))
    amounts: dict[Need, Decimal] = {
        need: share(order_line, total[need]) - share(order_line, total[need] - quantity)
        for need, quantity in mine.items()
    }
    beyond = line.quantity - sum(mine.values(), ZERO)
    if beyond > 0 and (payer := own_need(order_line.order, order_line) or next(reversed(mine), None)):
        received = OrderLine.objects.unscoped("as it is now").values_list("received_quantity", flat=True)
        after = received.get(pk=order_line.pk) - sum(total.values(), ZERO)
        extra = share(order_line, after) - share(order_line, after - beyond)
        if payer in amounts:
            return amounts, {payer: extra}
        amounts[payer] = extra
    return amounts, {}


def _note_fact(receipt: GoodsReceipt, line: ReceiptLine) -> None:
    order_line = line.order_line
    performance.record_fact(
        supplier=receipt.order.supplier, item=order_line.item, ordered_on=receipt.order.ordered_on,
        planned_on=order_line.confirmed_on or order_line.need_by, actual_on=receipt.received_on,
        ordered=order_line.base_quantity, received=line.quantity, rejected=line.rejected, value=line.base_net,
        document=receipt, line_id=line.public_id,
    )  # fmt: skip


def _set_value(receipt: GoodsReceipt) -> None:
    receipt.value = sum((line.base_net for line in receipt.lines.all()), Decimal(0))
    receipt.save(update_fields=["value"])

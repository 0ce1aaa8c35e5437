"""What a requester confirms himself: a service that serves his request, and goods that came straight to him.

It becomes a receipt like any other, for his need alone: ledger, budget and performance follow. What goes through a
store, the storekeeper receives.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from procurement.orders import services as orders
from procurement.orders.models import OrderLine, OrderState, PurchaseOrder
from procurement.receipts import services
from procurement.receipts.models import GoodsReceipt
from procurement.requests import selectors as requests
from procurement.requests.models import Allocation, PurchaseRequest, RequestLine
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, RuleBroken
from srm.core.quantities import clean_quantity, parse_decimal
from srm.flow import uow
from srm.flow.perform import perform
from srm.stock.models import Warehouse

WHY = "orders that serve the actor's own needs"
ZERO = Decimal(0)


@dataclass(frozen=True)
class Due:
    """So much of `need` (base units) is still to come by `line` of a sent order; `on` is when, as far as known."""

    need: RequestLine
    line: OrderLine
    quantity: Decimal
    on: dt.date | None

    @property
    def key(self) -> str:
        """What a form or a program calls it by."""
        return f"{self.line.public_id}.{self.need.pk}"


def due_for(actor: Actor, *, request: PurchaseRequest | None = None) -> list[Due]:
    """What the actor may confirm: of his own needs and of those he accepts, the earliest first."""
    if not actor.may("receipts.confirm"):
        return []
    mine = Q(request__requester_id=actor.user_id) | Q(accepts_by_id=actor.user_id)
    rows = RequestLine.objects.visible_to(actor).filter(mine, coming_quantity__gt=0)
    if request is not None:
        rows = rows.filter(request=request)
    needs = {need.pk: need for need in rows.select_related("request", "item", "base_unit")}
    ordered = requests.serving(list(needs), orders.KIND, "ordered") if needs else {}
    if not ordered:
        return []
    came = requests.came_of(orders.KIND, [line for _need, line in ordered])
    lines = _lines_of(actor, {line for _need, line in ordered})
    found = [
        Due(needs[need], lines[line], rest, lines[line].confirmed_on or lines[line].need_by)
        for (need, line), quantity in ordered.items()
        if line in lines
        and (rest := min(quantity - came.get((line, need), ZERO), lines[line].outstanding)) > 0
    ]  # fmt: skip
    return sorted(found, key=lambda due: (due.on or dt.date.max, due.need.pk, due.line.pk))


def something_due(actor: Actor, request: PurchaseRequest) -> bool:
    """Whether anything of a request may wait for the actor's word, in one query; `due_for` says exactly what."""
    coming = any(line.coming_quantity for line in requests.whole_lines(request))
    if not coming or not actor.may("receipts.confirm"):
        return False
    sent = OrderLine.objects.unscoped(WHY).filter(order__state__in=[OrderState.SENT, OrderState.CONFIRMED])
    serving = Allocation.objects.unscoped(WHY).filter(
        request_line=OuterRef("pk"), document_kind=orders.KIND, stage="ordered", quantity__gt=0,
        line_id__in=sent.exclude(order__buyer=actor.user_id).values("pk"),
    )  # fmt: skip
    store = Warehouse.objects.filter(is_active=True, place=OuterRef("place"))
    mine = Q(request__requester_id=actor.user_id) | Q(accepts_by_id=actor.user_id)
    direct = Q(item=None) | Q(item__is_service=True) | ~Exists(store)
    rows = RequestLine.objects.visible_to(actor).filter(mine, direct, Exists(serving), request=request)
    return rows.filter(coming_quantity__gt=0).exists()


def _lines_of(actor: Actor, wanted: Iterable[int]) -> dict[int, OrderLine]:
    """Those of the order lines that need no storekeeper and that somebody else has ordered."""
    rows = OrderLine.objects.unscoped(WHY).filter(
        pk__in=wanted, order__state__in=[OrderState.SENT, OrderState.CONFIRMED]
    )  # fmt: skip
    lines = list(rows.select_related("order__supplier", "order__buyer", "item__base_unit", "unit"))
    stores = set(Warehouse.objects.filter(is_active=True).values_list("place_id", flat=True))
    return {
        line.pk: line
        for line in lines
        if not (line.order.buyer and line.order.buyer.person_id == actor.person_id)
        and (is_service(line) or (line.order.place_id and line.order.place_id not in stores))
    }  # fmt: skip


def is_service(line: OrderLine) -> bool:
    """Whether it is work, which no store takes in."""
    return line.item.is_service if line.item else bool(line.work)


def confirm(
    request: PurchaseRequest, *, actor: Actor, received_on: dt.date, lines: Sequence[Mapping[str, Any]], note: str = "",
) -> list[GoodsReceipt]:  # fmt: skip
    """Say that something of a request was done or has arrived: a posted receipt for each order.

    Args:
        lines: `id` of a `Due` and `quantity` in base units; those without a quantity are left alone.

    Raises:
        InvalidInput: more than is to come, an unknown line, a day in the future. RuleBroken: nothing is to be confirmed.
    """
    uow.require()
    known = {due.key: due for due in due_for(actor, request=request)}
    if not known:
        raise RuleBroken([_("Nothing of this request waits for your confirmation.")])
    chosen = _chosen(known, lines)
    if not chosen:
        raise InvalidInput({"lines": [_("Enter how much was done or came on at least one line.")]})
    by_order: dict[PurchaseOrder, list[dict]] = defaultdict(list)
    for due, quantity in chosen:
        by_order[due.line.order].append({"order_line": due.line, "need": due.need, "quantity": quantity})
    return [
        perform(
            services.create_receipt(actor=actor, order=order, received_on=received_on, lines=rows, note=note),
            "confirm", actor=actor,
        )
        for order, rows in sorted(by_order.items(), key=lambda pair: pair[0].pk)
    ]  # fmt: skip


def _chosen(known: Mapping[str, Due], lines: Sequence[Mapping[str, Any]]) -> list[tuple[Due, Decimal]]:
    faults: dict[str, list[str]] = {}
    chosen: dict[str, tuple[Due, Decimal]] = {}
    for no, line in enumerate(lines):
        due = known.get(str(line.get("id") or ""))
        try:
            quantity = _quantity(line.get("quantity"))
        except InvalidInput as fault:
            faults[f"lines.{no}.quantity"] = [str(word) for words in fault.errors.values() for word in words]
            continue
        if due is None or due.key in chosen:
            faults[f"lines.{no}.id"] = [_("There is no such line.")]
        elif quantity > due.quantity:
            faults[f"lines.{no}.quantity"] = [_too_much(due)]
        elif quantity:
            chosen[due.key] = (due, quantity)
    if faults:
        raise InvalidInput(faults)
    return list(chosen.values())


def _quantity(value: object) -> Decimal:
    number = parse_decimal(value)
    return clean_quantity(number) if number else ZERO


def _too_much(due: Due) -> str:
    from srm.ui import formats

    return _("Only %(rest)s is still to come for this need.") % {
        "rest": formats.quantity(due.quantity, due.need.base_unit)
    }

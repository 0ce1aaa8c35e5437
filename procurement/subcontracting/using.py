"""What a receipt of the ordered goods does to the materials: they are used by the bill, and put back when it is reversed.

Goods that have come are taken in whether or not the materials for them were written as sent: what lies at the supplier
is used, and the buyer reads what is missing.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

from django.db.models import Model
from django.utils.translation import gettext as _

from procurement.orders.models import OrderLine, PurchaseOrder
from procurement.subcontracting import notices
from procurement.subcontracting.booking import Kind, book
from procurement.subcontracting.models import MaterialMove, SuppliedMaterial
from procurement.subcontracting.services import store_of
from srm.core import clock
from srm.core.actor import Actor
from srm.core.money import cents
from srm.flow import uow
from srm.flow.origin import named
from srm.stock import holding

WHY = "materials follow the receipts of their order, whoever writes them"
ZERO = Decimal(0)


def consume(
    *, actor: Actor, order: PurchaseOrder, line: OrderLine, quantity: Decimal, moved_on: dt.date, document: Model,
    document_line: int,
) -> Decimal:  # fmt: skip
    """`quantity` base units of `line` came by `document`: what the bill says was used; what it was worth.

    The caller holds the order and has not counted them as received yet.
    """
    uow.require()
    worth, short = ZERO, []
    for material in _locked(line):
        material.order = order
        due = material.bill.between(line.received_quantity, line.received_quantity + quantity)
        part = min(due, material.left)
        if part > 0:
            move = holding.use_up(
                actor=actor, held=store_of(material), item=material.item, quantity=part, moved_on=moved_on,
                document=document,
            )  # fmt: skip
            book(material, Kind.CONSUMED, part, actor=actor, stock_move=move, moved_on=moved_on, document=document,
                 document_line=document_line)  # fmt: skip
            worth -= move.value
        if part < due:
            short.append((material, due - max(part, ZERO)))
    if short:
        notices.tell_short(order, short, actor=actor)
    return worth


def put_back(*, actor: Actor, order: PurchaseOrder, document: Model, document_line: int) -> Decimal:
    """A receipt is reversed: what it used lies at the supplier again; what it was worth when it was used.

    Where less than that is counted as used by now, because somebody put it right, only so much comes back.
    """
    uow.require()
    used = _used_by(document, document_line)
    if not used:
        return ZERO
    rows = SuppliedMaterial.objects.unscoped(WHY).select_for_update(of=("self",)).filter(pk__in=used)
    for material in rows.select_related("item__base_unit", "store__legal_entity").order_by("item", "pk"):
        material.order = order
        quantity, value = used[material.pk]
        part = min(quantity, material.consumed)
        if part <= 0:
            continue
        reason = _("The receipt was reversed.")
        move = holding.not_used(
            actor=actor, held=store_of(material), item=material.item, quantity=part,
            value=cents(value * part / quantity), moved_on=clock.today(), document=document, reason=reason,
        )  # fmt: skip
        book(material, Kind.CONSUMED, -part, actor=actor, stock_move=move, moved_on=clock.today(), reason=reason,
             document=document, document_line=document_line)  # fmt: skip
    return sum((value for _quantity, value in used.values()), ZERO)


def _locked(line: OrderLine) -> list[SuppliedMaterial]:
    rows = SuppliedMaterial.objects.unscoped(WHY).select_for_update(of=("self",)).filter(line=line)
    joined = rows.select_related("item__base_unit", "store__legal_entity").order_by("item", "pk")
    found = list(joined)
    for material in found:
        material.line = line
    return found


def _used_by(document: Model, document_line: int) -> dict[int, tuple[Decimal, Decimal]]:
    """By material how much a line of a receipt used, and its worth."""
    found: dict[int, tuple[Decimal, Decimal]] = defaultdict(lambda: (ZERO, ZERO))
    rows = MaterialMove.objects.unscoped(WHY).filter(
        document_kind=named(document)["document_kind"], document_line=document_line, kind=Kind.CONSUMED
    )
    for material, quantity, value in rows.values_list("material", "quantity", "stock_move__value"):
        known = found[material]
        found[material] = (known[0] + quantity, known[1] - value)
    return {key: pair for key, pair in found.items() if pair[0] > 0}

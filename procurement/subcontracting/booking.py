"""One move of a material, written together with its sums; every other file of the room writes through it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db.models import Model

from procurement.subcontracting.models import MaterialMove, SuppliedMaterial
from srm.audit import services as audit
from srm.core.actor import Actor
from srm.flow.origin import named
from srm.stock.models import StockMove, Warehouse

WHY = "a move of a material being written"
Kind = MaterialMove.Kind
# Which sum a kind of move counts in, and the word under which the order's history tells it.
SUMS = {
    Kind.SENT: "sent", Kind.CONSUMED: "consumed", Kind.CORRECTED: "consumed", Kind.RETURNED: "returned",
    Kind.WRITTEN_OFF: "written_off",
}  # fmt: skip
VERBS = {
    Kind.SENT: "material_sent", Kind.CONSUMED: "material_used", Kind.CORRECTED: "material_corrected",
    Kind.RETURNED: "material_returned", Kind.WRITTEN_OFF: "material_written_off",
}  # fmt: skip


def book(
    material: SuppliedMaterial, kind: MaterialMove.Kind, quantity: Decimal, *, actor: Actor, stock_move: StockMove,
    moved_on: dt.date, warehouse: Warehouse | None = None, reason: str = "", document: Model | None = None,
    document_line: int | None = None,
) -> MaterialMove:  # fmt: skip
    """Write a move of a locked material, below zero where it takes one back, and count it."""
    name = SUMS[kind]
    before = getattr(material, name)
    setattr(material, name, before + quantity)
    material.left += quantity if kind == Kind.SENT else -quantity
    material.version += 1
    material.save(update_fields=[name, "left", "store", "version"])
    audit.record(
        actor=actor, verb=VERBS[kind], subject=material, root=material.order, reason=reason,
        changes={name: [before, before + quantity]},
    )  # fmt: skip
    return MaterialMove.objects.unscoped(WHY).create(
        material=material, kind=kind, quantity=quantity, moved_on=moved_on, warehouse=warehouse, reason=reason[:300],
        stock_move=stock_move, document_line=document_line, created_by_id=actor.user_id, **named(document),
    )  # fmt: skip

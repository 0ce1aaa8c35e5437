"""What became of a line of the past."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from procurement.integrations.history.checks import KEY, KINDS, SYSTEM
from procurement.orders.models import OrderLine
from procurement.receipts.models import ReceiptLine
from srm.core.actor import Actor
from srm.exchange.models import ImportRow, ImportRun
from srm.integrations.models import ExternalRef
from srm.stock.models import StockMove

WHY = "references lead from a line there to a record here, which is then read for the actor"
ORDER_LINE, MOVE = KINDS


@dataclass
class Whereabouts:
    """A line of the file with what it became here; rejected lines have their reason alone."""

    row: ImportRow
    line: OrderLine | None = None
    move: StockMove | None = None
    receipts: list[ReceiptLine] = field(default_factory=list)


def find_line(run: ImportRun, asked: str, actor: Actor) -> Whereabouts | None:
    """The line with this id there, else with this number in the file; None when there is no such line."""
    rows = run.rows_of()
    row = rows.filter(Q(**{f"parsed__{KEY}": asked})).first()
    if row is None and asked.isdigit() and len(asked) < 9:
        row = rows.filter(line=int(asked)).first()
    if row is None:
        return None
    found = Whereabouts(row)
    refs = ExternalRef.objects.unscoped(WHY).filter(kind__in=KINDS, external_id=row.parsed.get(KEY, ""))
    ref = refs.filter(system=row.parsed.get("system", SYSTEM)).first()
    if ref is not None:
        _follow(ref, found, actor)
    return found


def _follow(ref: ExternalRef, found: Whereabouts, actor: Actor) -> None:
    wanted: dict[str, Any] = {"public_id": ref.object_id}
    if ref.kind == MOVE:
        moves = StockMove.objects.visible_to(actor).select_related("item__base_unit", "warehouse__legal_entity")
        found.move = moves.filter(**wanted).first()
        return
    lines = OrderLine.objects.visible_to(actor)
    found.line = lines.filter(**wanted).select_related("order__supplier", "order__place", "item", "unit").first()
    if found.line is not None:
        came = ReceiptLine.objects.visible_to(actor).filter(order_line=found.line)
        found.receipts = list(came.select_related("receipt").order_by("receipt__received_on", "pk"))

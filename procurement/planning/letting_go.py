"""A need that is cancelled leaves its demand, as far as no tender and no order has taken it up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal

from procurement.planning import counting, notices
from procurement.planning.models import DemandLine
from procurement.planning.services import DEMAND
from procurement.requests import services as requests
from procurement.requests.ledger import loose
from procurement.requests.letting_go import Holder
from procurement.requests.models import Allocation, RequestLine
from srm.audit import services as audit
from srm.core.actor import Actor
from srm.core.errors import Stale

WHY = "a cancelled need leaves the demand of all departments"
ZERO = Decimal(0)


class Demands(Holder):
    """What was merged into demand, whoever merged it."""

    kind = DEMAND

    def hold(self, need: int) -> frozenset[int]:
        """Lock the demand lines first, as whoever takes from them does."""
        rows = Allocation.objects.unscoped(WHY).filter(request_line=need, document_kind=DEMAND, stage="planned")
        keys = sorted(set(rows.values_list("line_id", flat=True)))
        lines = DemandLine.objects.unscoped(WHY).filter(pk__in=keys).order_by("pk").select_for_update(of=("self",))
        return frozenset(lines.values_list("pk", flat=True))

    def let_go(
        self, line: RequestLine, *, actor: Actor, quantity: Decimal, reason: str, held: Collection[int]
    ) -> Decimal:
        """Take the need out of its demand lines, what was planned last first."""
        taken: dict[int, Decimal] = defaultdict(Decimal)
        rest = quantity
        for key, free in loose(line.pk, DEMAND, "planned"):
            if rest <= 0:
                break
            if key not in held:
                raise Stale()
            taken[key] += min(free, rest)
            rest -= min(free, rest)
        return sum((_lessen(key, taken[key], line, actor=actor, reason=reason) for key in sorted(taken)), ZERO)


def _lessen(key: int, quantity: Decimal, need: RequestLine, *, actor: Actor, reason: str) -> Decimal:
    """A locked demand line asks for so much less, and its buyer is told; how much less."""
    quantity = requests.take_back(
        actor=actor, document_kind=DEMAND, line_id=key, stage="planned", quantity=quantity, request_line_id=need.pk
    )
    line = DemandLine.objects.unscoped(WHY).select_related("demand", "item", "unit").get(pk=key)
    before = line.quantity
    line.quantity, line.open_quantity = before - quantity, line.open_quantity - quantity
    line.save(update_fields=["quantity", "open_quantity"])
    counting.recount(line)
    demand = counting.recount_demand(line.demand)
    audit.record(
        actor=actor, verb="needed less", subject=line, root=demand, reason=reason,
        changes={"quantity": [before, line.quantity]},
    )  # fmt: skip
    if not demand.line_count:
        audit.record(actor=actor, verb="dropped", subject=demand, reason=reason)
    notices.tell_cancelled(line, need, quantity, actor=actor, reason=reason, dropped=not demand.line_count)
    return quantity

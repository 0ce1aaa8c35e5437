"""Cutting a demand line in two, and putting two together: the needs behind them move along, none is lost."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from procurement.planning.counting import recount
from procurement.planning.models import Demand, DemandLine
from procurement.planning.services import locked_line, said
from procurement.requests import services as requests
from srm.audit import services as audit
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, RuleBroken
from srm.core.fields import MAX_QUANTITY
from srm.core.quantities import clean_quantity
from srm.flow import uow

SAME = ("item_id", "unit_id", "place_id", "currency")


def split(*, actor: Actor, demand_line: DemandLine, quantity: object) -> DemandLine:
    """`quantity` base units of what is open of a line become a line of their own: the latest needs go there.

    Raises:
        InvalidInput: the quantity cannot be. RuleBroken: so much is not open, or nothing would be left.
    """
    uow.require()
    line = locked_line(demand_line)
    wanted = _clean(quantity)
    if wanted > line.open_quantity or wanted == line.quantity:
        words = {"line": line, "open": said(line.open_quantity, line)}
        raise RuleBroken(
            [_("Of “%(line)s” %(open)s is open. Split off less than that, so that both have some.") % words]
        )
    part = DemandLine.objects.unscoped("the other half of a line").create(
        **{name: getattr(line, name) for name in ("demand", "item", "description", "category", "unit", "place")},
        quantity=0, open_quantity=0, need_from=line.need_from, need_to=line.need_to, estimate=line.estimate,
        currency=line.currency,
    )  # fmt: skip
    _move(line, part, wanted, actor=actor)
    recount(line, part)
    _refresh(line.demand)
    audit.record(
        actor=actor, verb="split", subject=line, root=line.demand,
        changes={"quantity": [line.quantity + wanted, line.quantity]},
    )  # fmt: skip
    return part


def join(*, actor: Actor, demand_lines: Sequence[DemandLine]) -> DemandLine:
    """What is open of lines of one demand for the same thing and place becomes one line: the first of them.

    Raises:
        RuleBroken: there are not two of them, they differ, or nothing of the others is open.
    """
    uow.require()
    lines = [locked_line(line) for line in sorted(demand_lines, key=lambda line: line.pk)]
    if len(lines) < 2:
        raise RuleBroken([_("Tick at least two lines to join.")])
    first, others = lines[0], [line for line in lines[1:] if line.open_quantity]
    if any(_key(line) != _key(first) for line in lines):
        raise RuleBroken([_("Only lines for the same item, unit and place can be joined.")])
    if not others:
        raise RuleBroken([_("All of it is in a tender or an order already.")])
    if first.quantity + sum((line.open_quantity for line in others), Decimal(0)) > MAX_QUANTITY:
        raise RuleBroken([_("One of the sums is larger than a quantity can be. Merge fewer needs at once.")])
    before = first.quantity
    for line in others:
        _move(line, first, line.open_quantity, actor=actor)
    recount(first, *others)
    _refresh(first.demand)
    audit.record(
        actor=actor, verb="joined", subject=first, root=first.demand, changes={"quantity": [before, first.quantity]}
    )
    return first


def _key(line: DemandLine) -> tuple:
    return (line.demand_id, *(getattr(line, name) for name in SAME), line.description if not line.item_id else "")


def _clean(quantity: object) -> Decimal:
    try:
        return clean_quantity(quantity)
    except InvalidInput as fault:
        raise InvalidInput({"quantity": fault.errors["__all__"]}) from fault


def _move(source: DemandLine, target: DemandLine, quantity: Decimal, *, actor: Actor) -> None:
    requests.move_planned(
        actor=actor, document=source.demand, source_line_id=source.pk, line_id=target.pk, quantity=quantity
    )
    source.quantity, source.open_quantity = source.quantity - quantity, source.open_quantity - quantity
    target.quantity, target.open_quantity = target.quantity + quantity, target.open_quantity + quantity
    for line in (source, target):
        line.save(update_fields=["quantity", "open_quantity"])


def _refresh(demand: Demand) -> None:
    Demand.objects.unscoped("the demand of a split line").filter(pk=demand.pk).update(line_count=demand.lines.count())

"""Merging needs into demand, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import DataError
from django.db.models import F, QuerySet, Sum
from django.utils.translation import gettext as _

from procurement.handouts import promising
from procurement.planning import aggregation, supply
from procurement.planning.models import Demand, DemandLine
from procurement.requests import services as requests
from procurement.requests.models import RequestLine
from srm.audit import services as audit
from srm.catalog.models import Category
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.core.fields import MAX_QUANTITY
from srm.core.ids import new_public_id
from srm.core.money import real
from srm.core.numbering import next_number
from srm.flow import records, uow
from srm.people.models import LegalEntity, User

PLANNING = "whoever plans merges the needs of all departments"
DEMAND = Demand._meta.label_lower
LONGEST = 366
ZERO = Decimal(0)


def open_lines(
    legal_entity: LegalEntity, *, category: Category | None = None, lines: QuerySet | Iterable[int] | None = None,
    held: bool = False,
) -> QuerySet[RequestLine]:  # fmt: skip
    """Approved lines of a legal entity with something open, narrowed by a category's tree or to `lines`.

    Those that are held back are left out; or, with `held`, they are all there is.
    """
    rows = RequestLine.objects.unscoped(PLANNING).filter(
        state="approved", open_quantity__gt=0, request__legal_entity=legal_entity
    )
    rows = rows.exclude(held_reason="") if held else rows.filter(held_reason="")
    if category is not None:
        rows = rows.filter(category__path__startswith=category.path)
    if lines is not None:
        wanted = lines.values("pk") if isinstance(lines, QuerySet) else list(lines)
        rows = rows.filter(pk__in=wanted)
    return rows


def aggregate(
    *, actor: Actor, legal_entity: LegalEntity, window_days: int = 7, category: Category | None = None,
    lines: QuerySet | Iterable[int] | None = None, title: str = "", window: str = Demand.Window.DAYS,
    buyer: User | None = None,
) -> Demand:  # fmt: skip
    """Merge equal open needs into the lines of a new demand, in one pass of SQL.

    Args:
        window: needs within `window_days` of the window's first go together, or those of one calendar week or month.
        category, lines: only these; everything of the legal entity by default.
        buyer: who buys it; whoever merges it by default.

    Raises:
        RuleBroken: nothing is open. InvalidInput: the window cannot be. NotAllowed: not the actor's legal entity.
    """
    uow.require()
    _admit(actor, legal_entity)
    if not 0 <= window_days <= LONGEST:
        raise InvalidInput({"window_days": [_("From 0 to %(most)d days, please.") % {"most": LONGEST}]})
    # The number is in every row of the ledger, so its counter is locked first: whoever else merges waits for it.
    number = next_number(Demand.series, legal_entity.pk, clock.today().year, prefix=legal_entity.number_prefix)
    demand = records.create(
        Demand, actor=actor, legal_entity=legal_entity, buyer_id=buyer.pk if buyer else actor.user_id, title=title.strip(),
        number=number,
        window=window, window_days=window_days, run=new_public_id(),
    )  # fmt: skip
    narrowed = _narrowed(category, lines)
    try:
        merged = aggregation.merge(demand, narrowed)
    except DataError as fault:
        raise RuleBroken([_too_large()]) from fault
    if not merged.lines:
        raise RuleBroken([_("Nothing is open to be planned.")])
    # SQLite has no limit of its own.
    if demand.lines.filter(quantity__gt=MAX_QUANTITY).exists():
        raise RuleBroken([_too_large()])
    return records.update(
        demand, actor=actor, verb="merged", line_count=merged.lines, need_count=merged.needs,
        department_count=merged.departments,
    )  # fmt: skip


def _too_large() -> str:
    return _("One of the sums is larger than a quantity can be. Merge fewer needs at once.")


def _narrowed(category: Category | None, lines: QuerySet | Iterable[int] | None) -> QuerySet[RequestLine]:
    rows = RequestLine.objects.unscoped(PLANNING)
    if category is not None:
        rows = rows.filter(category__path__startswith=category.path)
    if lines is not None:
        rows = rows.filter(pk__in=lines.values("pk") if isinstance(lines, QuerySet) else list(lines))
    return rows


def _admit(actor: Actor, legal_entity: LegalEntity) -> None:
    if actor.legal_entities and legal_entity.pk not in actor.legal_entities:
        raise NotAllowed()


# ------------------------------------------------------------------------------------- what is there, what is coming


@dataclass(frozen=True)
class Covered:
    """How many needs got something of the own stock, and of open orders."""

    from_stock: int
    from_orders: int

    def __bool__(self) -> bool:
        return bool(self.from_stock or self.from_orders)


def cover(
    *, actor: Actor, legal_entity: LegalEntity, category: Category | None = None,
    lines: QuerySet | Iterable[int] | None = None,
) -> Covered:  # fmt: skip
    """Net needs before anything is bought: against free stock at their own place, then against open orders.

    Of an order only what nobody waits for serves them, and only what comes in time. The earliest need comes first, of
    one day the urgent one, then the older request. Whole or part: the rest stays open.
    """
    uow.require()
    _admit(actor, legal_entity)
    needs = open_lines(legal_entity, category=category, lines=lines)
    supply.hold(needs)
    return Covered(promising.promise_stock(actor=actor, lines=needs), supply.serve(actor=actor, lines=needs))


# ------------------------------------------------------------------------------------------------ demand lines


def take(*, actor: Actor, demand_line: DemandLine, quantity: Decimal) -> DemandLine:
    """`quantity` of a demand line is in a tender or an order now; returns the locked line.

    Raises:
        RuleBroken: so much is not open any more.
    """
    uow.require()
    line = locked_line(demand_line)
    if quantity <= 0 or quantity > line.open_quantity:
        words = {"line": line, "open": said(line.open_quantity, line), "wanted": said(quantity, line)}
        raise RuleBroken([_("Of “%(line)s” only %(open)s is open, not %(wanted)s.") % words])
    line.open_quantity -= quantity
    line.save(update_fields=["open_quantity"])
    return line


def give_back(*, actor: Actor, demand_line: DemandLine, quantity: Decimal) -> DemandLine:
    """`quantity` of a demand line is open again: its tender was cancelled or left something over."""
    uow.require()
    line = locked_line(demand_line)
    line.open_quantity = min(line.open_quantity + max(quantity, ZERO), line.quantity)
    line.save(update_fields=["open_quantity"])
    return line


def release(*, actor: Actor, demand_lines: Sequence[DemandLine], reason: str) -> Decimal:
    """Undo the merging of what nobody took up yet: the needs are open again, each in its own request.

    Raises:
        RuleBroken: nothing of them is open.
    """
    uow.require()
    if len(reason.strip()) < 3:
        raise InvalidInput({"reason": [_("Say why the needs are released.")]})
    released = ZERO
    for demand_line in sorted(demand_lines, key=lambda line: line.pk):
        line = locked_line(demand_line)
        if not line.open_quantity:
            continue
        taken = requests.take_back(
            actor=actor, document_kind=DEMAND, line_id=line.pk, stage="planned", quantity=line.open_quantity
        )
        line.quantity, line.open_quantity = line.quantity - taken, line.open_quantity - taken
        line.save(update_fields=["quantity", "open_quantity"])
        audit.record(
            actor=actor, verb="released", subject=line, root=line.demand, reason=reason.strip(),
            changes={"quantity": [line.quantity + taken, line.quantity]},
        )  # fmt: skip
        released += taken
    if not released:
        raise RuleBroken([_("All of it is in a tender or an order already.")])
    return released


def locked_line(line: DemandLine) -> DemandLine:
    """The line as it is now, locked until the transaction ends."""
    rows = DemandLine.objects.unscoped("the demand line the actor works on").select_for_update(of=("self",))
    return rows.select_related("demand", "item", "unit").get(pk=line.pk)


def said(quantity: Decimal, line: DemandLine) -> str:
    """A quantity in the line's unit, as its reader writes it."""
    from srm.ui import formats

    return formats.quantity(quantity, line.unit)


def open_value(lines: QuerySet[RequestLine]) -> Decimal:
    """What open lines would cost, by the requesters' estimates."""
    return lines.aggregate(value=Sum(real("amount") * F("open_quantity") / F("base_quantity")))["value"] or ZERO

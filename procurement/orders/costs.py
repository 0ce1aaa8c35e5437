"""What each department's needs came to: approved, ordered, received, saved; read from the allocations.

The saving is what the ordered quantity would have cost at the price at which the need was approved (the requester's
estimate, or the item's last price then), less what it was ordered for. Needs that were approved without a price have no
saving. All amounts are net of VAT and without freight, in the legal entity's currency; an order counts from the day on
which it was placed.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, DecimalField, ExpressionWrapper, F, OuterRef, QuerySet, Subquery, Value, When
from django.db.models import Sum as PlainSum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from procurement.orders.models import OrderLine, OrderState
from procurement.orders.services import KIND
from procurement.requests.models import Allocation, RequestLine
from srm.core.actor import Actor
from srm.core.money import cents, real
from srm.exchange.sheets import about_facts
from srm.exchange.writers import Column, XlsxBook
from srm.people.models import Department

BEHIND = "the orders behind the needs that the reader sees"
PLACED = (OrderState.SENT, OrderState.CONFIRMED, OrderState.CLOSED)
WIDE: DecimalField = DecimalField(max_digits=30, decimal_places=10)
NOTHING = Value(Decimal(0), output_field=WIDE)
FIGURES = ("approved", "ordered", "received", "compared")
CHUNK = 2000


@dataclass(frozen=True)
class Cost:
    """One department's needs in one currency. `compared` is what was ordered of needs with an approved price."""

    department: Department
    currency: str
    needs: int
    approved: Decimal
    ordered: Decimal
    received: Decimal
    compared: Decimal

    @property
    def saving(self) -> Decimal:
        """Below the approved prices; negative: above."""
        return self.approved - self.compared

    @property
    def saving_part(self) -> Decimal | None:
        """The same as a share of what was approved."""
        return self.saving / self.approved if self.approved else None


def by_department(actor: Actor, since: dt.date, until: dt.date) -> list[Cost]:
    """The departments whose needs the actor sees, the largest first; orders placed from `since` to `until`."""
    sums = (
        _figures(actor, since, until).order_by()
        .values_list("request_line__request__department", "request_line__request__legal_entity__currency")
        .annotate(Count("request_line", distinct=True), *[PlainSum(name) for name in FIGURES])
    )  # fmt: skip
    rows = list(sums)
    departments = Department.objects.in_bulk({row[0] for row in rows})
    found = [
        Cost(departments[department], currency, needs, *(cents(Decimal(one or 0)) for one in figures))
        for department, currency, needs, *figures in rows
    ]
    return sorted(found, key=lambda cost: (-cost.ordered, cost.department.code))


def workbook(actor: Actor, since: dt.date, until: dt.date) -> bytes:
    """Every need behind the sums as XLSX: department, request, item, order, quantities, amounts."""
    stream = io.BytesIO()
    columns = [
        Column(_("Department"), "text", 22), Column(_("Cost centre"), "text", 14), Column(_("Request"), "text", 16),
        Column(_("Item"), "text", 34), Column(_("Order"), "text", 16), Column(_("Supplier"), "text", 26),
        Column(_("Ordered on"), "date"), Column(_("Unit"), "text", 8), Column(_("Ordered"), "quantity"),
        Column(_("Received"), "quantity"), Column(_("At approved prices"), "amount"),
        Column(_("Ordered for"), "amount"), Column(_("Received for"), "amount"), Column(_("Saving"), "amount"),
        Column(_("Currency"), "text", 8),
    ]  # fmt: skip
    with XlsxBook(stream) as book:
        count = book.write_table(_("Costs by department"), columns, _rows(actor, since, until))
        book.write_facts(
            _("About"), about_facts(_("Costs by department"), actor, count, [(_("Period"), f"{since} – {until}")])
        )
    return stream.getvalue()


def _rows(actor: Actor, since: dt.date, until: dt.date) -> Iterator[list[Any]]:
    found = _figures(actor, since, until).select_related(
        "request_line__request__department", "request_line__request__legal_entity", "request_line__cost_center",
        "request_line__item", "request_line__base_unit",
    )  # fmt: skip
    last = 0
    # By the key, so that the file is written in constant memory, whatever the period.
    while some := list(found.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        yield from _written(some)
        last = some[-1].pk


def _written(rows: Sequence[Any]) -> Iterator[list[Any]]:
    lines = OrderLine.objects.unscoped(BEHIND).select_related("order__supplier").in_bulk({row.line_id for row in rows})
    for row in rows:
        need: RequestLine = row.request_line
        order = lines[row.line_id].order
        approved, ordered, compared = (cents(Decimal(one or 0)) for one in (row.approved, row.ordered, row.compared))
        yield [
            str(need.request.department), need.cost_center.code, need.request.number, need.what, order.number,
            str(order.supplier), order.ordered_on, str(need.base_unit), _exact(row.live), _exact(row.came),
            approved if need.amount else None, ordered, cents(Decimal(row.received or 0)),
            approved - compared if need.amount else None, need.request.legal_entity.currency,
        ]  # fmt: skip


def _exact(quantity: Any) -> Decimal:
    return Decimal(str(quantity)).quantize(Decimal("0.0001"))


def _figures(actor: Actor, since: dt.date, until: dt.date) -> QuerySet[Any]:
    """The ordered allocations of needs the actor sees, each with its live quantity, what came, and the amounts."""
    placed = OrderLine.objects.unscoped(BEHIND).filter(
        order__state__in=PLACED, order__ordered_on__gte=since, order__ordered_on__lte=until
    )
    rows = Allocation.objects.visible_to(actor).filter(
        document_kind=KIND, stage="ordered", quantity__gt=0, line_id__in=placed.values("pk")
    )
    price = placed.filter(pk=OuterRef("line_id")).values(
        each=ExpressionWrapper(real("base_net") / F("base_quantity"), output_field=WIDE)
    )
    line = "request_line__"
    estimate = real(f"{line}amount") / F(f"{line}base_quantity")
    counted = rows.annotate(
        live=ExpressionWrapper(F("quantity") + _sum(parent=OuterRef("pk"), stage="ordered"), output_field=WIDE),
        came=ExpressionWrapper(
            _sum(parent=OuterRef("pk"), stage="received", quantity__gt=0)
            + _sum(parent__parent=OuterRef("pk"), stage="received", quantity__lt=0),
            output_field=WIDE,
        ),
        each=Subquery(price, output_field=WIDE),
    )  # fmt: skip
    with_amounts = counted.filter(live__gt=0).annotate(
        approved=ExpressionWrapper(F("live") * estimate, output_field=WIDE),
        ordered=ExpressionWrapper(F("live") * F("each"), output_field=WIDE),
        received=ExpressionWrapper(F("came") * F("each"), output_field=WIDE),
    )
    return with_amounts.annotate(compared=_where_approved())


def _where_approved() -> Any:
    return Case(When(request_line__amount__gt=0, then=F("ordered")), default=NOTHING, output_field=WIDE)


def _sum(**conditions: Any) -> Any:
    """The sum of the ledger's rows like this; what they are of is in the conditions."""
    rows = Allocation.objects.unscoped(BEHIND).filter(**conditions).order_by()
    total = rows.values("stage").annotate(total=PlainSum("quantity")).values("total")
    return Coalesce(Subquery(total, output_field=WIDE), NOTHING, output_field=WIDE)

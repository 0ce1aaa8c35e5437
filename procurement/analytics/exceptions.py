"""Exceptions by department: what was sent in a period by other routes than the normal one, and ordered by nobody.

A request counts on the day on which it was sent last, as long as something of it is in force; its amount is what its
lines in force come to, in the legal entity's currency. Orders of the shop and to one-time suppliers count when they are
placed, net of VAT.
"""

from __future__ import annotations

import datetime as dt
import io
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.utils.translation import gettext as _

from procurement.orders.models import OrderState, PurchaseOrder
from procurement.requests.inforce import IN_FORCE, worth
from procurement.requests.models import PurchaseRequest, RequestLine
from procurement.requests.reviews.models import ReviewOutcome, RouteReview
from srm.core.actor import Actor
from srm.core.money import Sum, cents
from srm.exchange.sheets import about_facts
from srm.exchange.writers import Column, XlsxBook
from srm.people.models import Department, LegalEntity

WHY = "figures of the whole firm, for those who may read them"
PLACED = (OrderState.SENT, OrderState.CONFIRMED, OrderState.CLOSED)
# Each is the name of its figure, too.
ORDERED = (PurchaseOrder.Source.SHOP, PurchaseOrder.Source.ONCE)
ZERO = Decimal(0)
Route = PurchaseRequest.Route


@dataclass(frozen=True)
class Figure:
    """So many documents, and what they come to together."""

    count: int = 0
    amount: Decimal = ZERO

    def __add__(self, other: Figure) -> Figure:
        return Figure(self.count + other.count, self.amount + other.amount)


NONE = Figure()


@dataclass(frozen=True)
class Exceptions:
    """One department; `justified` and `unjustified` are of those after the fact."""

    department: Department | None
    normal: Figure = NONE
    urgent: Figure = NONE
    low_value: Figure = NONE
    after_fact: Figure = NONE
    justified: Figure = NONE
    unjustified: Figure = NONE
    shop: Figure = NONE
    once: Figure = NONE

    @property
    def exceptional(self) -> Figure:
        """Sent by another route than the normal one."""
        return self.urgent + self.low_value + self.after_fact

    @property
    def all(self) -> Figure:
        """Everything that was sent."""
        return self.normal + self.exceptional

    @property
    def share(self) -> Decimal | None:
        """Exceptions among all requests."""
        return Decimal(self.exceptional.count) / self.all.count if self.all.count else None

    @property
    def amount_share(self) -> Decimal | None:
        """The same of what they come to."""
        return self.exceptional.amount / self.all.amount if self.all.amount else None

    @property
    def unreviewed(self) -> Figure:
        """After the fact, and nobody has looked at it."""
        decided = self.justified + self.unjustified
        return Figure(self.after_fact.count - decided.count, self.after_fact.amount - decided.amount)


def by_department(entity: LegalEntity, since: dt.date, until: dt.date) -> list[Exceptions]:
    """The departments that asked for or ordered something, those with the most exceptions first; three statements."""
    found: dict[int, dict[str, Figure]] = defaultdict(dict)
    for part in (_routes(entity, since, until), _reviews(entity, since, until), _orders(entity, since, until)):
        for department, name, figure in part:
            found[department][name] = figure
    departments = Department.objects.in_bulk(found)
    rows = [Exceptions(departments[pk], **figures) for pk, figures in found.items()]
    return sorted(rows, key=lambda row: (-row.exceptional.count, -row.all.count, str(row.department)))


def total_of(rows: Iterable[Exceptions]) -> Exceptions:
    """All departments together."""
    names = [one.name for one in fields(Exceptions) if one.name != "department"]
    together = {name: sum((getattr(row, name) for row in rows), NONE) for name in names}
    return Exceptions(None, **together)


def workbook(actor: Actor, entity: LegalEntity, since: dt.date, until: dt.date) -> bytes:
    """The figures as XLSX, a line for each department."""
    stream = io.BytesIO()
    columns = [Column(_("Department"), "text", 26)]
    for _name, label in labels():
        columns += [
            Column(_("%(what)s, number") % {"what": label}, "whole", 16),
            Column(_("%(what)s, amount") % {"what": label}, "amount", 16),
        ]
    columns += [Column(_("Exceptions, per cent of requests"), "decimal", 16), Column(_("Currency"), "text", 9)]
    rows = by_department(entity, since, until)
    with XlsxBook(stream) as book:
        count = book.write_table(_("Exceptions"), columns, (_cells(row, entity.currency) for row in rows))
        facts = [(_("Period"), f"{since} – {until}"), (_("Legal entity"), str(entity))]
        book.write_facts(_("About"), about_facts(_("Exceptions"), actor, count, facts))
    return stream.getvalue()


def labels() -> list[tuple[str, str]]:
    """The figures in the order in which they are shown, with what they are called."""
    return [
        ("all", _("All requests")), ("urgent", str(Route.URGENT.label)), ("low_value", str(Route.LOW_VALUE.label)),
        ("after_fact", str(Route.AFTER_FACT.label)), ("justified", _("Justified")), ("unjustified", _("Not justified")),
        ("unreviewed", _("Not reviewed yet")), ("shop", _("Ordered without a buyer")),
        ("once", _("From one-time suppliers")),
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------------ inside


def _cells(row: Exceptions, currency: str) -> list[Any]:
    cells: list[Any] = [str(row.department)]
    for name, _label in labels():
        figure = getattr(row, name)
        cells += [figure.count, figure.amount]
    share = None if row.share is None else (row.share * 100).quantize(Decimal("0.1"))
    return [*cells, share, currency]


def _requests(entity: LegalEntity, since: dt.date, until: dt.date, prefix: str) -> dict[str, Any]:
    return {f"{prefix}legal_entity": entity, f"{prefix}sent_on__range": (since, until)}


def _routes(entity: LegalEntity, since: dt.date, until: dt.date) -> list[tuple[int, str, Figure]]:
    """Requests by department and route."""
    lines = RequestLine.objects.unscoped(WHY).filter(state__in=IN_FORCE, **_requests(entity, since, until, "request__"))
    sums = lines.order_by().values_list("request__department", "request__route")
    rows = sums.annotate(count=Count("request", distinct=True), amount=Sum(worth()))
    return [(department, route, Figure(count, cents(amount))) for department, route, count, amount in rows]


def _reviews(entity: LegalEntity, since: dt.date, until: dt.date) -> list[tuple[int, str, Figure]]:
    """Those after the fact that were decided on, by department and outcome."""
    outcome = RouteReview.objects.unscoped(WHY).filter(request=OuterRef("request")).values("outcome")
    lines = RequestLine.objects.unscoped(WHY).filter(
        state__in=IN_FORCE, request__route=Route.AFTER_FACT, **_requests(entity, since, until, "request__")
    )
    sums = lines.annotate(outcome=Subquery(outcome)).order_by().values_list("request__department", "outcome")
    rows = sums.annotate(count=Count("request", distinct=True), amount=Sum(worth()))
    decided = {ReviewOutcome.JUSTIFIED, ReviewOutcome.UNJUSTIFIED}
    return [
        (department, said, Figure(count, cents(amount))) for department, said, count, amount in rows if said in decided
    ]


def _orders(entity: LegalEntity, since: dt.date, until: dt.date) -> list[tuple[int, str, Figure]]:
    """Orders that the shop wrote, and those to suppliers of one time, by the department they are for."""
    orders = PurchaseOrder.objects.unscoped(WHY).filter(
        source__in=ORDERED, state__in=PLACED, legal_entity=entity, ordered_on__range=(since, until),
        department__isnull=False,
    )  # fmt: skip
    rows = orders.order_by().values_list("department", "source").annotate(count=Count("pk"), amount=Sum("base_total"))
    return [(department, source, Figure(count, cents(amount))) for department, source, count, amount in rows]

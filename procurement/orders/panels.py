"""What orders tell planners and approvers: prices paid, who delivered last, what is ordered; who talks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Window
from django.db.models.functions import ExtractMonth, RowNumber
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from procurement.awards.models import Award
from procurement.orders import agreed, cover
from procurement.orders.deciding import KIND, content_of
from procurement.orders.models import OrderLine, OrderState, PurchaseOrder
from procurement.orders.netting import OpenOrders
from procurement.planning.actions import Done, board_action, demand_action
from procurement.planning.beside import MOST, Paid, price_source, supplier_source
from procurement.planning.models import DemandLine
from procurement.planning.supply import register
from procurement.planning.work import TEAM, Figure, Kind
from procurement.planning.work import register as register_work
from procurement.plans.sources import Ordered, order_source
from procurement.tenders.models import Tender
from srm.approvals.accumulation import counts_toward
from srm.approvals.registry import describes
from srm.core import clock
from srm.core.actor import Actor
from srm.core.fields import PRICE_PLACES
from srm.core.money import Sum
from srm.discussion.rules import discussed
from srm.people.models import LegalEntity
from srm.ui.links import url_of
from srm.ui.panels import Content, panel

PLANNING = "planners read what an item cost and who delivered it"
SHOWN = 50
BOUGHT = (OrderState.SENT, OrderState.CONFIRMED, OrderState.CLOSED)


@price_source
def paid(items: Collection[int], actor: Actor) -> dict[int, list[Paid]]:
    """The last prices of own orders, per base unit, for those who may see orders; one query."""
    if not actor.may("orders.view"):
        return {}
    rows = OrderLine.objects.visible_to(actor).filter(
        item__in=items, order__state__in=BOUGHT, order__ordered_on__isnull=False
    )
    latest = rows.annotate(
        nth=Window(RowNumber(), partition_by=F("item"), order_by=[F("order__ordered_on").desc(), F("pk").desc()])
    )  # fmt: skip
    found: dict[int, list[Paid]] = defaultdict(list)
    for line in latest.filter(nth__lte=MOST).select_related("order__supplier").order_by("item", "nth"):
        price = (line.net / line.base_quantity).quantize(Decimal(1).scaleb(-PRICE_PLACES))
        order = line.order
        assert line.item_id is not None
        assert order.ordered_on is not None
        found[line.item_id].append(
            Paid(order.ordered_on, str(order.supplier), price, order.currency, order.number, url_of(order) or "")
        )
    return dict(found)


def _last_supplier() -> Subquery:
    lines = OrderLine.objects.unscoped(PLANNING).filter(item=OuterRef("item"), order__state__in=BOUGHT)
    return Subquery(lines.order_by(F("order__ordered_on").desc(nulls_last=True), "-pk").values("order__supplier")[:1])


supplier_source(_last_supplier)
register(OpenOrders())
UNSENT, COMING = (OrderState.DRAFT, OrderState.APPROVED), (OrderState.SENT, OrderState.CONFIRMED)
register_work(
    Kind(
        "orders", _("Orders"), order=30,
        open=lambda: PurchaseOrder.objects.unscoped(TEAM).filter(state__in=UNSENT + COMING),
        figures=[
            Figure("to_send", _("Orders to send"), lambda rows: rows.filter(state__in=UNSENT)),
            Figure("late", _("Orders late"), lambda rows: rows.filter(state__in=COMING, due_on__lt=clock.today())),
        ],
    )
)  # fmt: skip


@order_source
def ordered(entity: LegalEntity, year: int) -> list[Ordered]:
    """What was sent to suppliers, by category and the month it was ordered in."""
    lines = OrderLine.objects.unscoped(PLANNING).filter(
        order__legal_entity=entity, order__state__in=BOUGHT, order__ordered_on__year=year, category__isnull=False
    )
    sums = lines.order_by().values_list("category", ExtractMonth("order__ordered_on"))
    return [Ordered(*row) for row in sums.annotate(total=Sum("base_net"), n=Count("pk"))]


def no_money(document: PurchaseOrder, actor: Actor) -> list[str]:
    """Budgets that stop the order as it is."""
    return [one.outlook.sentence for one in cover.of_order(document, actor) if one.is_refused]


@describes(
    KIND, _("Order"), permission="orders.approve", content=content_of, moves={"approved": "approve"}, blocked=no_money
)
def order_facts(document: PurchaseOrder, actor: Actor) -> tuple[str, dict[str, Any]]:
    """What is ordered from whom, for how much, and out of which budget. Sent back or refused, it stays a draft."""
    lines = list(document.lines.select_related("item", "unit")[: SHOWN + 1])
    more = max(0, document.lines.count() - SHOWN) if len(lines) > SHOWN else 0
    return "procurement/orders/_facts.html", {
        "order": document, "lines": lines[:SHOWN], "more": more, "covers": cover.of_order(document, actor),
    }  # fmt: skip


@panel(
    PurchaseOrder,
    _("Budget"),
    order=15,
    permission="budget.view",
    key="budget",
    when=lambda order: order.state in UNSENT,
)
def order_budget(order: PurchaseOrder, actor: Actor, _request: HttpRequest) -> Content:
    """Whether the budgets cover it, before it is approved and sent."""
    return "procurement/orders/_cover_tab.html", _shown(cover.of_order(order, actor), order.legal_entity.currency)


@panel(Award, _("Budget"), order=15, permission="budget.view", place="side")
def award_budget(award: Award, actor: Actor, _request: HttpRequest) -> Content:
    """Whether the budgets cover what was chosen, before it is final."""
    shown = _shown(cover.of_award(award, actor), award.legal_entity.currency)
    return ("procurement/orders/_cover.html", shown) if shown["covers"] else None


def _shown(covers: list[cover.Cover], currency: str) -> dict[str, Any]:
    return {"covers": [one for one in covers if one.line is not None or one.is_refused], "currency": currency}


@counts_toward(Tender._meta.label_lower)
def ordered_without_tender() -> Q:
    """Orders that came out of no tender add to the year of tenders; the others were counted with theirs."""
    awarded = PurchaseOrder.objects.unscoped(PLANNING).filter(public_id=OuterRef("document_id"), award__isnull=False)
    return Q(document_kind=KIND) & ~Q(Exists(awarded))


discussed(PurchaseOrder, view="orders.view", people=lambda order: [order.buyer])


@demand_action("agreed", _("Order at the agreed price"), permission="orders.edit", order=5)
def at_the_agreed_price(*, actor: Actor, demand_lines: list[DemandLine]) -> Done | str:
    """One line is asked about first; several are ordered at once, each at its best agreed price."""
    if len(demand_lines) == 1:
        return reverse("orders:demandline-agreed", args=[demand_lines[0].public_id])
    return told(agreed.order_agreed(actor=actor, demand_lines=demand_lines))


@board_action("agreed", _("Order from agreements first"), permission="orders.edit")
def from_agreements(
    *, actor: Actor, legal_entity: LegalEntity, lines: list[int], window: str, window_days: int
) -> Done:
    """What stands under an agreed price is ordered, the rest stays on the board."""
    outcome = agreed.first_from_agreements(
        actor=actor, legal_entity=legal_entity, lines=lines, window=window, window_days=window_days
    )
    return told(outcome)


def told(outcome: agreed.Outcome) -> Done:
    """What came of it: the one order, or the list of one's own."""
    n = len(outcome.orders)
    done = ngettext("%(n)d draft order was written.", "%(n)d draft orders were written.", n) % {"n": n}
    url = url_of(outcome.orders[0]) if n == 1 else f"{reverse('orders:purchaseorder-list')}?mine=1"
    return Done(url or "", [done], outcome.reasons)

"""Orders under approval rules: sent for approval as a draft, approved by the last of those whom the rules name.

Where no rule fits, whoever may approve orders does so at once. Orders from an award were decided with it. All that are
approved add up over the year, so that many small ones dodge no limit.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from procurement.orders.models import OrderState, PurchaseOrder
from srm.approvals import asking
from srm.approvals import services as approvals
from srm.approvals.accumulation import accumulate, forget
from srm.approvals.models import ApprovalRoute
from srm.approvals.selectors import editors_of, route_of, shown_route
from srm.catalog.models import Category
from srm.core.actor import Actor
from srm.core.errors import RuleBroken
from srm.flow import records
from srm.flow.perform import give_number
from srm.flow.registry import effect, guard

KIND = PurchaseOrder._meta.label_lower


def content_of(order: PurchaseOrder) -> dict[str, Any]:
    """What an approver approves; a note to the supplier or the department may change without asking him again."""
    fields = (
        "item_id", "description", "category_id", "quantity", "unit_id", "price", "price_basis", "freight", "need_by",
    )  # fmt: skip
    return {
        "supplier": order.supplier_id, "legal_entity": order.legal_entity_id, "currency": order.currency,
        "place": order.place_id, "incoterm": order.incoterm, "payment_days": order.payment_days,
        "freight": order.freight, "lines": [list(row) for row in order.lines.order_by("pk").values_list(*fields)],
    }  # fmt: skip


def parts_of(order: PurchaseOrder) -> dict[Category, Decimal]:
    """The lines' amounts by category, in the base currency."""
    parts: dict[Category, Decimal] = {}
    for line in order.lines.select_related("category"):
        if line.category is not None:
            parts[line.category] = parts.get(line.category, Decimal(0)) + line.base_net
    return parts


def asks_others(order: PurchaseOrder) -> bool:
    """Whether any rule fits the order; asked once for several parts of a page."""
    if not hasattr(order, "asks_others"):
        parts = parts_of(order)
        facts = asking.facts_of(order.base_total, order.department, parts, ())
        fitting, _sums = asking.rules_for(KIND, facts, parts=parts, entity=order.legal_entity, but=order.public_id)
        order.asks_others = bool(fitting)  # type: ignore[attr-defined]
    return order.asks_others  # type: ignore[attr-defined]


def why_not_sendable(order: PurchaseOrder) -> str | None:
    """Why a draft cannot be sent for approval; None when it can."""
    if order.state != OrderState.DRAFT:
        return _("Only a draft is sent for approval.")
    if not order.lines.exists():
        return _("Add at least one line first.")
    route = shown_route(order)
    if route is not None and route.outcome == ApprovalRoute.State.OPEN:
        return _("It waits for its approval already.")
    return None if asks_others(order) else _("No rule asks for this. Whoever may approve orders can do so at once.")


def ask(order: PurchaseOrder, *, actor: Actor) -> PurchaseOrder:
    """Send a draft to those whom the rules name. It stays a draft until the last of them approves it.

    Raises:
        RuleBroken: it is no draft, empty, waiting already, or no rule fits.
    """
    locked = records.locked_row(order)
    if reason := why_not_sendable(locked):
        raise RuleBroken([reason])
    give_number(locked)
    _lay_out(locked, actor)
    return locked


def edited(order: PurchaseOrder, *, actor: Actor) -> None:
    """After an edit of a draft that was sent for approval: ask again if it changed what is approved."""
    route = route_of(order)
    if route is not None and route.outcome in approvals.HOLDS:
        _lay_out(order, actor, again=True)


def _lay_out(order: PurchaseOrder, actor: Actor, *, again: bool = False) -> None:
    parts = parts_of(order)
    author = order.created_by
    (approvals.reconsider if again else approvals.lay_out)(
        order, actor=actor, amount=order.base_total, currency=order.legal_entity.currency,
        department=order.department, categories=list(parts), parts=parts, content=content_of(order),
        barred=editors_of(order) | ({author.person_id} if author else set()), title=str(order.supplier),
        requester=author, need_by=order.due_on,
    )  # fmt: skip


@guard(PurchaseOrder, "approve")
def route_complete(order: PurchaseOrder, actor: Actor) -> object:
    """Where rules ask others, only a complete route for this very content approves."""
    if actor.kind == "system" or not asks_others(order):
        return None
    route = route_of(order)
    if route is None:
        return _("The approval rules ask others for this order. Send it for approval.")
    return approvals.why_not_approved(order, content_of(order))


@effect(PurchaseOrder, "approve")
def approved(order: PurchaseOrder, *, actor: Actor, **_details: object) -> None:
    """It counts in its year, by whatever way it was approved."""
    accumulate(order, parts_of(order), title=str(order.supplier))


@effect(PurchaseOrder, "cancel")
def cancelled(order: PurchaseOrder, *, actor: Actor, **_details: object) -> None:
    """It counts no more, and nobody needs to decide."""
    approvals.drop(order)
    forget(order)

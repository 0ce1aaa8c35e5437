"""Setting what a firm allows, and judging orders by it.

An order to a one-time supplier is judged when it is approved, however it was written: the supplier's row is locked
first, so that of two orders at once only as many go through as the rule allows.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from procurement.onetime.models import OnceRule
from procurement.orders.models import OrderState, PurchaseOrder
from srm.core.actor import Actor
from srm.core.errors import RuleBroken
from srm.flow import records
from srm.flow.registry import guard, reacts
from srm.org.firm_rules import create_firm_rule, update_firm_rule
from srm.people.models import LegalEntity
from srm.ui import formats
from suppliers.registry.models import Supplier

WHY = "the firm's rule holds for whoever buys"
COUNTED = (OrderState.APPROVED, OrderState.SENT, OrderState.CONFIRMED, OrderState.CLOSED)


def create_rule(*, actor: Actor, **values: Any) -> OnceRule:
    """The rule of a legal entity.

    Raises:
        NotAllowed. InvalidInput: it has one already, or a limit cannot be.
    """
    return create_firm_rule(OnceRule, actor=actor, **values)


def update_rule(rule: OnceRule, *, actor: Actor, version: int | None = None, **changes: Any) -> OnceRule:
    """A changed rule; orders that were approved stay as they are.

    Raises:
        NotAllowed. InvalidInput: as above; a rule stays with its legal entity. Stale
    """
    return update_firm_rule(rule, actor=actor, version=version, **changes)


def rule_of(entity: LegalEntity | int) -> OnceRule | None:
    """The rule of a firm that allows one-time suppliers; None where it does not."""
    return OnceRule.objects.unscoped(WHY).filter(legal_entity=entity, is_on=True).select_related("legal_entity").first()


def not_allowed(entity: LegalEntity) -> str:
    """Why nothing is bought so, and who can change that."""
    return _("%(firm)s does not buy from one-time suppliers. The head of procurement can allow it under Settings.") % {
        "firm": entity
    }  # fmt: skip


def too_dear(rule: OnceRule, amount: Any) -> str:
    """Why an order of `amount` is too large, and what to do instead."""
    currency = rule.legal_entity.currency
    return _(
        "This comes to %(amount)s; from a one-time supplier at most %(most)s is bought. Make it a regular supplier, or "
        "ask others in a tender."
    ) % {"amount": formats.money(amount, currency), "most": formats.money(rule.most_amount, currency)}  # fmt: skip


def why_not(order: PurchaseOrder) -> str | None:
    """Why an order to a one-time supplier cannot be approved; None when it can, or when it goes to any other."""
    if not order.supplier.once:
        return None
    rule = rule_of(order.legal_entity)
    if rule is None:
        return not_allowed(order.legal_entity)
    if order.base_total > rule.most_amount:
        return too_dear(rule, order.base_total)
    before = orders_to(order.supplier, but=order)
    if before >= rule.most_orders:
        return _used_up(order.supplier, before)
    return None


def orders_to(supplier: Supplier, *, but: PurchaseOrder | None = None) -> int:
    """How many orders that count went to a one-time supplier, of whatever firm."""
    rows = PurchaseOrder.objects.unscoped(WHY).filter(supplier=supplier, state__in=COUNTED)
    return rows.exclude(pk=but.pk if but else None).count()


def _used_up(supplier: Supplier, count: int) -> str:
    words = {"supplier": supplier, "count": count}
    return ngettext(
        "%(count)d order went to %(supplier)s already, a one-time supplier. Make it a regular one to order again.",
        "%(count)d orders went to %(supplier)s already, a one-time supplier. Make it a regular one to order again.",
        count,
    ) % words  # fmt: skip


@guard(PurchaseOrder, "approve")
def allowed_once(order: PurchaseOrder, _actor: Actor) -> object:
    """What the page says before somebody tries."""
    return why_not(order)


@reacts(PurchaseOrder, "approve")
def judged_under_lock(order: PurchaseOrder, *, actor: Actor, **_details: object) -> None:
    """The same, while no other order to this supplier can be approved.

    Raises:
        RuleBroken: another order was first.
    """
    if not order.supplier.once:
        return
    order.supplier = records.locked_row(order.supplier)
    if reason := why_not(order):
        raise RuleBroken([reason])

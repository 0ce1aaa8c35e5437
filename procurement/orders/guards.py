"""Conditions of an order's moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from srm.budget.selectors import stops_somewhere
from srm.core.actor import Actor

if TYPE_CHECKING:
    from procurement.orders.models import PurchaseOrder


def has_lines(order: PurchaseOrder, _actor: Actor) -> object:
    """An empty order orders nothing."""
    return None if order.lines.exists() else _("Add at least one line first.")


def not_author(order: PurchaseOrder, actor: Actor) -> object:
    """Four eyes: who wrote it cannot approve it."""
    if actor.kind != "system" and order.created_by and actor.person_id == order.created_by.person_id:
        return _("Who wrote the order cannot approve it.")
    return None


def payer_named(order: PurchaseOrder, _actor: Actor) -> object:
    """Where budgets stop, everything bought has somebody who pays: the requests behind it, or the order's own choice."""
    from procurement.orders.money import unpaid_lines

    if order.cost_center_id or (order.award_id and order.state == "draft"):  # an award's order is looked at when sent
        return None
    if not stops_somewhere(order.legal_entity) or not unpaid_lines(order):
        return None
    return _("Say first which cost centre pays for what no request asked for.")


def is_supplier(order: PurchaseOrder, actor: Actor) -> object:
    """Only the supplier itself confirms."""
    if actor.kind != "system" and actor.supplier_id != order.supplier_id:
        return _("Only the supplier confirms an order.")
    return None


def supplier_usable(order: PurchaseOrder, _actor: Actor) -> object:
    """Nothing new goes to a suspended or blocked supplier."""
    if order.supplier.state != "active":
        return _("%(supplier)s cannot be ordered from: %(state)s.") % {
            "supplier": order.supplier, "state": order.supplier.state_label,
        }  # fmt: skip
    return None


def nothing_received(order: PurchaseOrder, _actor: Actor) -> object:
    """What came is here; the rest is closed instead."""
    if order.lines.filter(received_quantity__gt=0).exists():
        return _("Part of it was already received. Close the order instead.")
    return None

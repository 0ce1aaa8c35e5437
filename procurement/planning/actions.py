"""What a buyer can do with ticked demand lines; upper rooms register it.

    @demand_action("tender", _("Create request for quotation"), permission="tenders.edit")
    def from_demand(*, actor, demand_lines): return services.create_from_demand(...)

The demand page draws a button for each, runs it in a unit of work and goes to the page of what it returns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from srm.core.actor import Actor


@dataclass(frozen=True)
class DemandAction:
    """One registered action."""

    name: str
    label: Any
    permission: str
    order: int
    run: Callable[..., Any]


_actions: dict[str, DemandAction] = {}


def demand_action(name: str, label: Any, *, permission: str, order: int = 50) -> Callable[[Callable], Callable]:
    """Register `fn(*, actor, demand_lines) -> object | address` as a button over the lines of a demand."""

    def register(function: Callable) -> Callable:
        _actions[name] = DemandAction(name, label, permission, order, function)
        return function

    return register


def actions_for(actor: Actor) -> list[DemandAction]:
    """The actions this actor may use, in order."""
    found = [action for action in _actions.values() if actor.may(action.permission)]
    return sorted(found, key=lambda action: action.order)

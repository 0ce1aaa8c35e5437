"""What a buyer can do with ticked demand lines; upper rooms register it.

    @demand_action("tender", _("Create request for quotation"), permission="tenders.edit")
    def from_demand(*, actor, demand_lines): return services.create_from_demand(...)

The demand page draws a button for each, runs it in a unit of work and goes to the page of what it returns. A
`board_action` is the same for the open needs that were ticked on the board; it answers with a `Done`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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


@dataclass(frozen=True)
class Done:
    """What an action did, in sentences, and where to look at it; `left` says what it could not do, and why."""

    url: str = ""
    sentences: Sequence[str] = ()
    left: Sequence[str] = ()


_actions: dict[str, DemandAction] = {}
_on_board: dict[str, DemandAction] = {}


def demand_action(name: str, label: Any, *, permission: str, order: int = 50) -> Callable[[Callable], Callable]:
    """Register `fn(*, actor, demand_lines) -> object | address | Done` as a button over the lines of a demand."""
    return _register(_actions, name, label, permission, order)


def board_action(name: str, label: Any, *, permission: str, order: int = 50) -> Callable[[Callable], Callable]:
    """Register `fn(*, actor, legal_entity, lines, window, window_days) -> Done` as a button over open needs."""
    return _register(_on_board, name, label, permission, order)


def _register(
    where: dict[str, DemandAction], name: str, label: Any, permission: str, order: int
) -> Callable[[Callable], Callable]:
    def register(function: Callable) -> Callable:
        where[name] = DemandAction(name, label, permission, order, function)
        return function

    return register


def actions_for(actor: Actor, *, on_board: bool = False) -> list[DemandAction]:
    """The actions this actor may use, in order."""
    known = _on_board if on_board else _actions
    found = [action for action in known.values() if actor.may(action.permission)]
    return sorted(found, key=lambda action: action.order)

"""What the flow puts on pages: buttons of moves, bulk moves, the stepper, and the addresses behind them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.urls import URLPattern, path

from srm.audit.selectors import history
from srm.core.actor import Actor
from srm.flow.api import moves_of
from srm.flow.lifecycle import Move
from srm.flow.pages import pages_of
from srm.flow.perform import available
from srm.ui.links import url_of
from srm.ui.pages import DetailPage, Page
from srm.ui.slots import Action, Step, provides


def has_lifecycle(model: type[models.Model] | None) -> bool:
    """Whether documents of this model, or their lines, move."""
    return model is not None and bool(moves_of(model))


@provides("routes")
def move_routes(page: type[Page], prefix: str) -> list[URLPattern]:
    """One address per move beside a document's page, and one for many documents."""
    if not issubclass(page, DetailPage) or not has_lifecycle(page.model):
        return []
    return [
        path(prefix + route, made.as_view(), {"move": move}, name=made.url_name().partition(":")[2])
        for made, route, move in pages_of(page)
    ]


@provides("actions")
def move_actions(document: models.Model, actor: Actor) -> list[Action]:
    """A button per offered move; blocked ones carry their reasons."""
    if not has_lifecycle(type(document)):
        return []
    buttons = []
    for offer in available(document, actor):
        address = url_of(document, "move", move=offer.name)
        if not address:
            continue
        asks, version = bool(offer.form or offer.ask), getattr(document, "version", None)
        buttons.append(
            Action(
                offer.name,
                offer.label,
                address,
                tone=offer.tone,
                allowed=offer.allowed,
                reasons=list(offer.reasons),
                modal=asks,
                direct=not asks,
                version=version,
            )
        )
    return buttons


@provides("bulk")
def bulk_actions(model: type[models.Model], names: tuple[str, ...], actor: Actor) -> list[Action]:
    """Buttons of the bulk bar, for the moves the list names and the role includes."""
    moves = moves_of(model)
    return [
        Action(name, moves[name].label, address, tone=moves[name].tone)
        for name in names
        if name in moves and actor.may(moves[name].permission) and (address := url_of_bulk(model, name))
    ]


def url_of_bulk(model: type[models.Model], move: str) -> str | None:
    """Where ticked rows of `model` are sent for a move."""
    return url_of(model, "bulk", move=move)


@provides("stepper")
def stages(document: Any, actor: Actor) -> list[Step]:
    """The main way of the lifecycle, with who reached each stage and when.

    The way is `stages` of the model, or the states that moves lead to in the order of declaration, without those that
    end badly. A document that left the way shows how far it came, then where it stands.
    """
    state = getattr(document, "state", None)
    moves = getattr(type(document), "moves", None)
    if state is None or moves is None:
        return []
    labels = dict(document._meta.get_field("state").flatchoices)
    way = [str(one) for one in getattr(document, "stages", ()) or main_way(document, moves())]
    reached = reached_states(document)
    if state in way:
        now = way.index(state)
        marks = [("done" if place < now else "now" if place == now else "next", one) for place, one in enumerate(way)]
    else:
        marks = [("done", one) for one in way if one in reached or one == way[0]] + [("now", str(state))]
    return [_step(mark, one, labels, reached, document) for mark, one in marks]


def main_way(document: Any, moves: dict[str, Move]) -> list[str]:
    """States in business order: the default, then the targets of moves that lead on."""
    default = str(document._meta.get_field("state").get_default())
    order = [value for value, _label in document._meta.get_field("state").flatchoices]
    way = [default]
    for move in moves.values():
        forward = all(order.index(source) < order.index(move.target) for source in move.sources if source in order)
        if move.tone != "danger" and not move.hidden and forward and move.target not in way:
            way.append(move.target)
    return way


def reached_states(document: Any) -> dict[str, tuple[str, Any]]:
    """state -> (who, when) of the last time it was reached."""
    found: dict[str, tuple[str, Any]] = {}
    events = (
        history(document).filter(subject_kind=document._meta.label_lower).values("actor_name", "at", "changes", "verb")
    )
    for event in reversed(events[:200]):
        change = event["changes"].get("state") if isinstance(event["changes"], dict) else None
        if isinstance(change, list) and len(change) == 2:
            found[str(change[1])] = (event["actor_name"], event["at"])
    return found


def _step(mark: str, state: str, labels: dict, reached: dict[str, tuple[str, Any]], document: Any) -> Step:
    who, when = reached.get(state, ("", None)) if mark != "next" else ("", None)
    if when is None and mark != "next" and state == str(document._meta.get_field("state").get_default()):
        when = getattr(document, "created_at", None)
        who = str(getattr(document, "created_by", None) or "")
    return Step(labels.get(state, state), mark, who=who, when=when)

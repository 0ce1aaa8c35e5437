"""The one way to move a document."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from srm.audit import services as audit
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import Missing, NotAllowed, RuleBroken, Stale
from srm.core.numbering import next_number
from srm.flow import records, registry, uow
from srm.flow.lifecycle import Move, Offer


def perform(document: Any, move: str, *, actor: Actor, version: int | None = None, **details: object) -> Any:
    """Move `document`; returns it locked and moved (the one passed in is stale).

    Order: lock, right, state, guards, move and save, effects, reactions, number, audit event, notices.
    A header whose lines are decided (`line_moves`) moves the lines that stand in a fitting state.

    Args:
        document: a row the actor may see (read through `visible_to`).
        move: name of a declared move.
        version: what the user saw; None to skip the comparison.
        details: what the move's form asked for; `reason` also goes to the log.

    Raises:
        Missing: there is no such move. NotAllowed: the role lacks the right. Stale: changed meanwhile.
        RuleBroken: the state does not fit or a guard refuses, with all reasons.
    """
    uow.require()
    if getattr(document, "line_moves", ""):
        return _perform_lines(document, move, actor=actor, version=version, **details)
    declared = _declared(type(document), move)
    locked = records.locked_row(document)
    _admit(locked, declared, actor)
    if version is not None and locked.version != version:
        raise Stale()
    _moved(locked, declared, actor, details)
    return locked


def _admit(document: Any, declared: Move, actor: Actor) -> None:
    if not actor.may(declared.permission):
        raise NotAllowed()
    if document.state not in declared.sources:
        raise RuleBroken(
            [_("“%(move)s” is not possible: this is already “%(state)s”.")
             % {"move": declared.label, "state": document.state_label}]
        )  # fmt: skip
    reasons = refusals(document, declared, actor)
    if reasons:
        raise RuleBroken(reasons)


def _moved(document: Any, declared: Move, actor: Actor, details: dict) -> None:
    model, before = type(document), document.state
    getattr(document, declared.name)()
    if hasattr(document, "version"):
        document.version += 1
    document.save()
    for hook in (*registry.effects_of(model, declared.name), *registry.reactions_of(model, declared.name)):
        hook(document, actor=actor, **details)
    give_number(document)
    root = document.header if hasattr(document, "header") else document
    audit.record(
        actor=actor, verb=declared.name, subject=document, root=root, reason=str(details.get("reason") or ""),
        changes={"state": [before, document.state]},
    )  # fmt: skip
    records.announce(document, declared.name, actor)
    for hook in registry.announcers():
        hook(document, declared, actor, details)


def give_number(document: Any) -> None:
    """Number a document at its first move out of draft; counters are locked after everything else."""
    if getattr(document, "series", "") and not document.number:
        entity = document.legal_entity
        document.number = next_number(document.series, entity.pk, clock.today().year, prefix=entity.number_prefix)
        document.save(update_fields=["number"])


def _perform_lines(header: Any, move: str, *, actor: Actor, version: int | None, **details: object) -> Any:
    """Perform `move` on every line of `header` that stands in a fitting state; all or none."""
    locked = records.locked_row(header, version=version)
    lines = list(getattr(locked, locked.line_moves).select_for_update().order_by("pk"))
    declared = _declared(type(lines[0]), move) if lines else None
    if declared is None:
        raise RuleBroken([_("There are no lines yet.")])
    if not actor.may(declared.permission):
        raise NotAllowed()
    fitting = [line for line in lines if line.state in declared.sources]
    if not fitting:
        raise RuleBroken([_("No line is in a state for “%(move)s”.") % {"move": declared.label}])
    for line in fitting:
        _admit(line, declared, actor)
    reasons = refusals(locked, declared, actor, own=False)
    if reasons:
        raise RuleBroken(reasons)
    for line in fitting:
        _moved(line, declared, actor, details)
    locked.version += 1
    locked.save()
    model = type(locked)
    for hook in (*registry.effects_of(model, move), *registry.reactions_of(model, move)):
        hook(locked, actor=actor, lines=fitting, **details)
    give_number(locked)
    for hook in registry.announcers():
        hook(locked, declared, actor, details)
    return locked


def refusals(document: Any, declared: Move, actor: Actor, *, own: bool = True) -> list:
    """Sentences of the guards that refuse; empty when the move is open. `own` False asks upper rooms' guards only."""
    guards = [*(declared.guards if own else ()), *registry.guards_of(type(document), declared.name)]
    return [sentence for guard in guards if (sentence := guard(document, actor))]


def available(document: Any, actor: Actor) -> list[Offer]:
    """The moves from the document's state that the actor's role includes; blocked ones say why."""
    if getattr(document, "line_moves", ""):
        return _available_lines(document, actor)
    return [
        _offer(declared, refusals(document, declared, actor))
        for declared in type(document).moves().values()
        if document.state in declared.sources and actor.may(declared.permission) and not declared.hidden
    ]


def _available_lines(header: Any, actor: Actor) -> list[Offer]:
    """Moves of the lines, offered on their header: open when the guards of all fitting lines let them pass."""
    offers: list[Offer] = []
    lines = list(getattr(header, header.line_moves).all())
    if not lines:
        return offers
    for declared in type(lines[0]).moves().values():
        fitting = [line for line in lines if line.state in declared.sources]
        if fitting and actor.may(declared.permission) and not declared.hidden:
            reasons = refusals(header, declared, actor, own=False)
            for line in fitting:
                reasons += [reason for reason in refusals(line, declared, actor) if reason not in reasons]
            offers.append(_offer(declared, reasons))
    return offers


def _offer(declared: Move, reasons: list) -> Offer:
    return Offer(
        name=declared.name, label=declared.label, tone=declared.tone, allowed=not reasons, reasons=reasons,
        form=declared.form, ask=declared.ask,
    )  # fmt: skip


def _declared(model: type[models.Model], move: str) -> Move:
    declared = model.moves().get(move)  # type: ignore[attr-defined]
    if declared is None:
        raise Missing()
    return declared

"""What rooms hang on moves: guards, effects, reactions, announcements, due events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import TypeVar

from django.db import models

from srm.core.actor import Actor

Guard = Callable[[models.Model, Actor], object]
Hook = Callable[..., None]
F = TypeVar("F", bound=Callable)

_guards: dict[tuple[str, str], list[Guard]] = defaultdict(list)
_effects: dict[tuple[str, str], list[Hook]] = defaultdict(list)
_reactions: dict[tuple[str, str], list[Hook]] = defaultdict(list)
_announcers: list[Hook] = []
_due: dict[type[models.Model], Hook] = {}


def _key(model: type[models.Model], move: str) -> tuple[str, str]:
    return (model._meta.label_lower, move)


def guard(model: type[models.Model], move: str) -> Callable[[F], F]:
    """An upper room's extra condition: `fn(document, actor) -> sentence why not, or None`. It never raises."""

    def register(function: F) -> F:
        _guards[_key(model, move)].append(function)
        return function

    return register


def effect(model: type[models.Model], move: str) -> Callable[[F], F]:
    """The room's own work of a move: `fn(document, *, actor, **details)`, inside the same transaction."""

    def register(function: F) -> F:
        _effects[_key(model, move)].append(function)
        return function

    return register


def reacts(model: type[models.Model], move: str) -> Callable[[F], F]:
    """An upper room's answer to a lower document's move: `fn(document, *, actor, **details)`, same transaction."""

    def register(function: F) -> F:
        _reactions[_key(model, move)].append(function)
        return function

    return register


def announces(function: F) -> F:
    """Called after every performed move: `fn(document, move, actor, details)`; for notices."""
    _announcers.append(function)
    return function


def due(model: type[models.Model]) -> Callable[[F], F]:
    """What the ticker calls for documents whose `next_check` has come: `fn(document, *, actor)`, idempotent."""

    def register(function: F) -> F:
        _due[model] = function
        return function

    return register


def guards_of(model: type[models.Model], move: str) -> list[Guard]:
    """Extra guards of upper rooms."""
    return _guards[_key(model, move)]


def effects_of(model: type[models.Model], move: str) -> list[Hook]:
    """Own effects."""
    return _effects[_key(model, move)]


def reactions_of(model: type[models.Model], move: str) -> list[Hook]:
    """Reactions of upper rooms."""
    return _reactions[_key(model, move)]


def announcers() -> list[Hook]:
    """Everyone who tells people about moves."""
    return _announcers


def due_models() -> dict[type[models.Model], Hook]:
    """Models with due events and their handlers."""
    return _due

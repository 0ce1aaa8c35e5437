"""Declaring a lifecycle: a protected state field and moves with everything the buttons need to know."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, cast

from django.db import models
from django.utils.functional import Promise
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from srm.core.actor import Actor

Text = str | Promise


@dataclass(frozen=True)
class Move:
    """One declared move of a lifecycle."""

    name: str
    sources: frozenset[str]
    target: str
    label: Text
    permission: str
    guards: tuple[Callable, ...] = ()
    tone: str = "neutral"
    form: str | None = None
    ask: Text | None = None
    notice: str | None = None
    hidden: bool = False
    past: Text = ""


class Lifecycle(ConcurrentTransitionMixin, models.Model):
    """Base of the abstract mixins in `lifecycle.py`: they define `State`, `state` and the moves."""

    class Meta:
        abstract = True

    @classmethod
    def moves(cls) -> dict[str, Move]:
        """The declared moves by name, in the order of declaration."""
        return _moves_of(cls)

    @property
    def state_label(self) -> str:
        return str(self.get_state_display())  # type: ignore[attr-defined]


def state_field(states: type[models.TextChoices], default: str) -> FSMField:
    """The protected field that only `perform` changes."""
    from django.utils.translation import gettext_lazy as _

    return FSMField(_("State"), choices=states.choices, default=default, protected=True, max_length=20, db_index=True)


def move(
    source: str | Iterable[str],
    target: str,
    *,
    label: Text,
    permission: str,
    guards: Iterable[Callable] = (),
    tone: str = "neutral",
    form: str | None = None,
    ask: Text | None = None,
    notice: str | None = None,
    hidden: bool = False,
    past: Text = "",
) -> Callable:
    """Declare a move.

    Args:
        source, target: states of the lifecycle.
        label: the verb on the button, in the mail and in the history ("Approve").
        permission: "<room>.<action>" of the role table.
        guards: `fn(document, actor) -> sentence why not, or None`; they never raise.
        tone: "primary", "neutral" or "danger".
        form: dotted path of a Django form asking for details (a reason, a date).
        ask: a question to confirm, where the law allows no undo.
        notice: code of the notice that tells people, or None for none.
        hidden: performed by the system (deadlines), no button.
        past: what the history says ("approved").
    """
    sources = frozenset([source] if isinstance(source, str) else source)
    details = {
        "sources": sources, "target": str(target), "label": label, "permission": permission, "guards": tuple(guards),
        "tone": tone, "form": form, "ask": ask, "notice": notice, "hidden": hidden, "past": past,
    }  # fmt: skip

    def right(_document: models.Model, actor: Actor) -> bool:
        return actor.may(permission)

    def decorate(method: Callable) -> Callable:
        return transition(
            field="state",
            source=sorted(sources),
            target=str(target),
            permission=cast(Any, right),
            custom={"move": details},
        )(method)

    return decorate


@cache
def _moves_of(model: type[Lifecycle]) -> dict[str, Move]:
    return _collect(model)


def _collect(model: type[Lifecycle]) -> dict[str, Move]:
    """Moves in the order in which the class bodies declare them."""
    found: dict[str, Move] = {}
    for base in reversed(model.__mro__):
        for name, attribute in vars(base).items():
            meta = getattr(attribute, "_django_fsm", None)
            if meta is not None:
                details = next(iter(meta.transitions.values())).custom["move"]
                found[name] = Move(name=name, **details)
    return found


@dataclass(frozen=True)
class Offer:
    """A move as a page or the API offers it: allowed, or blocked with the reasons."""

    name: str
    label: Text
    tone: str
    allowed: bool
    reasons: list = field(default_factory=list)
    form: str | None = None
    ask: Text | None = None

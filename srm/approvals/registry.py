"""Kinds of documents that go through approvals; their rooms declare them.

    @describes("procurement.purchaserequest", _("Request"), permission="requests.approve", content=content_of)
    def facts(document, actor): return "procurement/requests/_facts.html", {"lines": ...}

`content(document)` is what is approved, as plain values: its hash tells whether somebody changed it afterwards.
`facts` answers the approver's three questions: is it needed, is it in the budget, who else asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models

from srm.core.actor import Actor

Facts = Callable[[Any, Actor], tuple[str, dict[str, Any]]]
MOVES = {"approved": "approve", "rejected": "reject", "returned": "send_back"}


@dataclass(frozen=True)
class Kind:
    """One kind of document under rules. `permission` is the right that its approving move asks for."""

    code: str
    label: Any
    permission: str
    content: Callable[[Any], object] | None
    facts: Facts
    blocked: Callable[[Any, Actor], list[Any]] | None = None
    moves: Mapping[str, str] = field(default_factory=lambda: MOVES)

    @property
    def model(self) -> type[models.Model]:
        """The document's model."""
        return apps.get_model(self.code)


_kinds: dict[str, Kind] = {}


def describes(
    code: str, label: Any, *, permission: str, content: Callable[[Any], object] | None = None,
    blocked: Callable[[Any, Actor], list[Any]] | None = None, moves: Mapping[str, str] | None = None,
) -> Callable[[Facts], Facts]:  # fmt: skip
    """Declare a kind by the function that gives the decision page its facts: (template, context).

    `moves` names the lifecycle's move for each outcome; a document without one for "returned" stays where it is, and
    its requester is told. `blocked(document, actor)` says why an approval would be refused now (a used-up budget): the button is grey then.
    """

    def register(function: Facts) -> Facts:
        _kinds[code] = Kind(code, label, permission, content, function, blocked, moves or MOVES)
        return function

    return register


def kind_of(document: models.Model | str) -> Kind | None:
    """The declaration for a document, or for its kind's code."""
    return _kinds.get(document if isinstance(document, str) else document._meta.label_lower)


def moves_of(document: models.Model) -> Mapping[str, str]:
    """Outcome -> move of the document's lifecycle."""
    kind = kind_of(document)
    return kind.moves if kind else MOVES


def kinds() -> list[tuple[str, Any]]:
    """(code, name) of all kinds, for forms."""
    return sorted(((kind.code, kind.label) for kind in _kinds.values()), key=lambda pair: pair[0])

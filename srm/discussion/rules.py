"""Which documents are discussed, and who besides those named hears of a comment.

discussed(PurchaseRequest, view="requests.view", people=lambda request: [request.requester])
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet

from srm.core.actor import Actor
from srm.core.errors import Missing
from srm.people.models import User
from srm.ui.reading import visible

WRITE = "discussion.write"
People = Callable[[Any], Iterable[User | None]]


@dataclass(frozen=True)
class Rule:
    """Of one kind of document: `view` shows its comments, `people` hear of each."""

    model: type[Model]
    view: str
    people: People | None

    @property
    def kind(self) -> str:
        return self.model._meta.label_lower

    def shows(self, actor: Actor) -> bool:
        """Whether the actor's rights let him read comments on such documents; never a supplier's."""
        return not actor.is_supplier and actor.may("home.view") and actor.may(self.view)

    def documents(self, actor: Actor) -> QuerySet:
        """The documents of this kind that he may know of."""
        return visible(self.model, actor)


_rules: dict[str, Rule] = {}


def discussed(model: type[Model], *, view: str, people: People | None = None) -> None:
    """Let documents of `model` (which has a `public_id`) be discussed."""
    rule = Rule(model, view, people)
    _rules[rule.kind] = rule


def rule_of(document: Model) -> Rule | None:
    """The rule for a document."""
    return _rules.get(document._meta.concrete_model._meta.label_lower)  # type: ignore[union-attr]


def rules_for(actor: Actor) -> list[Rule]:
    """The kinds whose comments this actor may read."""
    return [rule for rule in _rules.values() if rule.shows(actor)]


def document_at(kind: str, public_id: str, actor: Actor) -> Model:
    """The document, for somebody who may read its comments.

    Raises:
        Missing: no such document, or not his: nobody can tell which.
    """
    rule = _rules.get(kind.lower())
    found = rule.documents(actor).filter(public_id=public_id).first() if rule and rule.shows(actor) else None
    if found is None:
        raise Missing()
    return found

"""Which documents carry files, and who may see and add them. Rooms declare it where they declare their pages.

attachable(PurchaseRequest, view="requests.view", change="requests.edit", guard=only_while_open)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet

from srm.core.actor import Actor
from srm.core.errors import Missing, NotAllowed, RuleBroken
from srm.files.models import Attachment
from srm.ui.reading import visible

Guard = Callable[[Any, Actor], object]


@dataclass(frozen=True)
class Rule:
    """Of one kind of document: any of `view` shows its files, any of `change` adds and removes them.

    `guard` returns a sentence when this document takes no changes now, else None.
    """

    model: type[Model]
    view: tuple[str, ...]
    change: tuple[str, ...]
    guard: Guard | None

    @property
    def kind(self) -> str:
        return self.model._meta.label_lower

    def shows(self, actor: Actor) -> bool:
        """Whether the actor's rights let him see files of such documents."""
        return actor.may("files.view") and any(actor.may(right) for right in self.view)

    def changes(self, actor: Actor) -> bool:
        """Whether the actor's rights let him add files to such documents."""
        return self.shows(actor) and actor.may("files.attach") and any(actor.may(right) for right in self.change)

    def documents(self, actor: Actor) -> QuerySet:
        """The documents of this kind that he may know of."""
        return visible(self.model, actor)

    def reason(self, document: Model, actor: Actor) -> object:
        """Why this document takes no files now, or None."""
        return self.guard(document, actor) if self.guard else None


_rules: dict[str, Rule] = {}


def attachable(
    model: type[Model], *, view: str | tuple[str, ...], change: str | tuple[str, ...] = (), guard: Guard | None = None
) -> None:
    """Let documents of `model` (which has a `public_id`) carry files; several rights mean any of them."""
    rule = Rule(model, _tuple(view), _tuple(change), guard)
    _rules[rule.kind] = rule


def rule_of(document: Model | type[Model]) -> Rule | None:
    """The rule for a document or its model."""
    return _rules.get(document._meta.concrete_model._meta.label_lower)  # type: ignore[union-attr]


def rule_named(kind: str) -> Rule | None:
    """The rule for a kind by its name, "procurement.purchaserequest"."""
    return _rules.get(kind.lower())


def rules_for(actor: Actor) -> list[Rule]:
    """The kinds whose files this actor may see."""
    return [rule for rule in _rules.values() if rule.shows(actor)]


def document_at(kind: str, public_id: str, actor: Actor) -> Model:
    """The document, for somebody who may see its files.

    Raises:
        Missing: no such document, or not his: nobody can tell which.
    """
    rule = rule_named(kind)
    found = rule.documents(actor).filter(public_id=public_id).first() if rule and rule.shows(actor) else None
    if found is None:
        raise Missing
    return found


def attachment_at(public_id: str, actor: Actor) -> Attachment:
    """A file whose document this actor may see, now.

    Raises:
        Missing: no such file, or not his: nobody can tell which.
    """
    found = Attachment.objects.unscoped("its document decides").kept().filter(public_id=public_id).first()
    if found is None:
        raise Missing
    document_at(found.document_kind, found.document_id, actor)
    return found


def require_change(document: Model, actor: Actor) -> Rule:
    """The rule of a document that this actor may add files to, now.

    Raises:
        NotAllowed: his rights do not include it, or such documents carry no files. RuleBroken: not now, with the reason.
    """
    rule = rule_of(document)
    if rule is None or not rule.changes(actor):
        raise NotAllowed
    if reason := rule.reason(document, actor):
        raise RuleBroken([reason])
    return rule


def _tuple(rights: str | tuple[str, ...]) -> tuple[str, ...]:
    return (rights,) if isinstance(rights, str) else tuple(rights)

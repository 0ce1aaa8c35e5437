"""Declared look-ups: what a picker may offer, to whom, and how a choice is found again.

    @lookup("items", model=Item, permission="catalog.view")
    def items(actor, text): return [(item.public_id, str(item), item.article), ...]

The same declaration serves the remote picker, its value in a form, a pasted text, and filters. What comes back is read
through `visible_to(actor)`: an id somebody typed by hand opens nothing that the picker would not have offered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model

from srm.core.actor import Actor
from srm.core.errors import Missing
from srm.core.redirects import current_in
from srm.core.search import fold
from srm.people.refusals import refusal
from srm.ui.reading import visible

MOST = 20


@dataclass(frozen=True)
class Option:
    """One offer of a picker: value, words, a grey hint, and data that fills other fields of the row."""

    value: str
    label: str
    hint: str = ""
    data: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"value": self.value, "text": self.label, "hint": self.hint, "data": self.data}


@dataclass(frozen=True)
class Lookup:
    """A declared look-up."""

    name: str
    model: type[Model] | None
    permissions: tuple[str, ...]
    find: Callable[[Actor, str], Iterable[Sequence[Any]]]
    key: str
    resolver: Callable[[Actor, str], Any] | None
    related: tuple[str, ...] = ()

    def admits(self, actor: Actor) -> bool:
        """Whether this actor may ask at all."""
        return not actor.is_anonymous and any(actor.may(permission) for permission in self.permissions)

    def search(self, actor: Actor, text: str) -> list[Option]:
        """At most 20 offers for `text`.

        Raises:
            NotAllowed: the role may not ask.
        """
        if not self.admits(actor):
            raise refusal(actor, self.permissions[0])
        return [_option(found) for found in islice(self.find(actor, text.strip()[:100]), MOST)]

    def resolve(self, actor: Actor, value: str) -> Any:
        """The object behind a chosen value, or None when it is not this actor's to choose."""
        return self.resolve_all(actor, [value]).get(value)

    def resolve_all(self, actor: Actor, values: Iterable[str]) -> dict[str, Any]:
        """The objects behind chosen values, by value, in one query; what is not this actor's to choose is left out."""
        wanted = {value for value in values if value and (self.key != "pk" or value.isdigit())}
        if not wanted or not self.admits(actor):
            return {}
        if self.resolver is not None:
            found = {value: self.resolver(actor, value) for value in wanted}
            return {value: thing for value, thing in found.items() if thing is not None}
        assert self.model is not None
        readable = visible(self.model, actor)
        rows = readable.filter(**{f"{self.key}__in": wanted})
        rows = rows.select_related(*self.related) if self.related else rows
        leads = {self.value_of(thing): current_in(readable, thing) for thing in rows}
        return {value: lead for value, lead in leads.items() if lead is not None}

    def exactly(self, actor: Actor, text: str) -> list[Option]:
        """Offers that `text` (pasted from a sheet) can only mean: the one hit, or those that begin or equal it."""
        found = self.search(actor, text)
        wanted = fold(text)
        same = [
            option
            for option in found
            if wanted in {fold(option.label), fold(option.hint), fold(option.label.split(" ")[0])}
        ]
        return same or found

    def value_of(self, thing: Any) -> str:
        """The value that stands for an object in a form."""
        return str(getattr(thing, self.key, thing))


class Chosen:
    """What the pickers of one page hold, fetched with one query for each look-up, however many lines ask."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self._wanted: dict[str, set[str]] = {}
        self._found: dict[str, dict[str, Any]] = {}

    def want(self, name: str, values: Iterable[str]) -> None:
        """Announce values of a look-up, before the first of them is needed."""
        self._wanted.setdefault(name, set()).update(values)

    def thing(self, name: str, value: str) -> Any:
        """The object behind a value, or None when it is not the actor's to choose."""
        known, wanted = self._found.setdefault(name, {}), self._wanted.setdefault(name, set())
        wanted.add(value)
        if missing := wanted - known.keys():
            known |= dict.fromkeys(missing) | get(name).resolve_all(self.actor, missing)
        return known[value]


_lookups: dict[str, Lookup] = {}


def lookup(
    name: str, *, permission: str | Sequence[str], model: type[Model] | None = None, key: str = "public_id",
    resolve: Callable[[Actor, str], Any] | None = None, related: Sequence[str] = (),
) -> Callable[[Callable], Callable]:  # fmt: skip
    """Declare `fn(actor, text)` -> (value, label[, hint[, data]]) as the look-up `name`.

    Args:
        permission: who may ask; any one of several is enough.
        model: what the values stand for, read back through `visible_to` by `key`; or give `resolve`.
        related: what the words of an object read along with it.
    """
    if model is None and resolve is None:
        raise ImproperlyConfigured(f"The look-up “{name}” needs a model or resolve=.")
    permissions = (permission,) if isinstance(permission, str) else tuple(permission)

    def register(function: Callable) -> Callable:
        _lookups[name] = Lookup(name, model, permissions, function, key, resolve, tuple(related))
        return function

    return register


def get(name: str) -> Lookup:
    """The look-up of that name.

    Raises:
        Missing: nobody declared it.
    """
    found = _lookups.get(name)
    if found is None:
        raise Missing()
    return found


def _option(found: Sequence[Any] | Option) -> Option:
    if isinstance(found, Option):
        return found
    value, label, *rest = found
    hint = str(rest[0]) if rest and rest[0] else ""
    return Option(str(value), str(label), hint, dict(rest[1]) if len(rest) > 1 else {})

"""Where upper kits plug in: moves, history, bulk moves, exports, the unit of work.

The page kit stands below the flow, the audit log and the exchange, yet its pages show what these offer. They register
a provider here at start-up; a slot nobody filled simply stays empty.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from srm.core.actor import Actor

SLOTS = frozenset({"actions", "stepper", "history", "bulk", "routes", "export", "bell", "security", "unit_of_work"})


@dataclass
class Action:
    """A button: what it does, where it goes, and, when it is grey, why."""

    name: str
    label: object
    url: str
    tone: str = "neutral"
    allowed: bool = True
    reasons: Sequence[object] = ()
    modal: bool = False
    direct: bool = False
    key: str = ""
    version: int | None = None


@dataclass
class Step:
    """A stage of a document's life: done, now, next or off (left out on this way)."""

    label: object
    state: str
    who: object = ""
    when: dt.datetime | None = None
    note: object = ""


@dataclass
class Entry:
    """One sentence of a history: who did what when; `changes` are (field, before, after)."""

    when: dt.datetime
    who: object
    text: object
    reason: str = ""
    changes: Sequence[tuple[object, object, object]] = ()
    url: str = ""


_providers: dict[str, list[Callable[..., Any]]] = {}


def provides(slot: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Fill `slot` with the decorated function. What each slot is called with:

    actions(document, actor) -> list[Action]; stepper(document, actor) -> list[Step];
    history(document, actor, limit) -> list[Entry]; bulk(model, names, actor) -> list[Action];
    routes(page_class) -> list of url patterns; export(sheet, queryset, actor, request) -> response;
    bell(actor) -> [(count, url)]; security(actor, kind, detail, path); unit_of_work() -> context manager.
    """
    if slot not in SLOTS:
        raise ImproperlyConfigured(f"There is no slot “{slot}”; there are {', '.join(sorted(SLOTS))}.")

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        _providers.setdefault(slot, []).append(function)
        return function

    return register


def gather(slot: str, *args: Any, **options: Any) -> Iterator[Any]:
    """Everything all providers of `slot` answer, one after the other."""
    for provider in _providers.get(slot, ()):
        yield from provider(*args, **options) or ()


def first(slot: str) -> Callable[..., Any] | None:
    """The provider of a slot that has room for one."""
    found = _providers.get(slot)
    return found[0] if found else None


@contextmanager
def unit_of_work() -> Iterator[None]:
    """The flow kit's one durable transaction; every page that writes opens it around its service."""
    opened = first("unit_of_work")
    if opened is None:
        raise ImproperlyConfigured("No kit provides the unit of work; is srm.flow started?")
    manager: AbstractContextManager = opened()
    with manager:
        yield


def tell_security(actor: Actor, kind: str, detail: str | Mapping[str, object] = "", path: str = "") -> None:
    """Leave a trace of a refused attempt, when the audit log is there to take it."""
    if recorder := first("security"):
        words = (
            ", ".join(f"{name}: {value}" for name, value in detail.items()) if isinstance(detail, Mapping) else detail
        )
        recorder(actor, kind, words, path)

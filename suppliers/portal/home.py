"""What is asked of a supplier: rooms above fill the list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.urls import reverse

from srm.core import clock
from srm.core.actor import Actor


@dataclass(frozen=True)
class HomeEntry:
    """One thing on the supplier's start page.

    `due` is a moment (shown with what is left of it) or a day; `waiting` tells what is still to be done from what is
    only to be known. `state` is a short word ("draft", "sent"), `action` what the button says.
    """

    title: object
    url: str
    number: str = ""
    hint: object = ""
    due: dt.datetime | dt.date | None = None
    state: object = ""
    tone: str = "idle"
    action: object = ""
    waiting: bool = True
    at: dt.datetime | None = None


Provider = Callable[[Actor], Iterable[HomeEntry]]
_providers: list[tuple[int, Provider]] = []


def home_entry(order: int) -> Callable[[Provider], Provider]:
    """Let `fn(actor) -> entries` fill the suppliers' start page; entries without a date come in the order given here."""

    def register(function: Provider) -> Provider:
        _providers.append((order, function))
        return function

    return register


_links: list[tuple[object, str]] = []


def home_link(label: object, url_name: str) -> None:
    """Let the start page lead to a page of a room above, for who has an account."""
    _links.append((label, url_name))


def links_below() -> list[tuple[object, str]]:
    """(label, address) of the pages that the start page leads to."""
    return [(label, reverse(name)) for label, name in _links]


def entries_for(actor: Actor) -> tuple[list[HomeEntry], list[HomeEntry]]:
    """(what waits, soonest first; what is done or only to be known, newest first)."""
    found = [entry for _order, provider in sorted(_providers, key=lambda pair: pair[0]) for entry in provider(actor)]
    waiting = sorted((entry for entry in found if entry.waiting), key=lambda entry: _moment(entry.due))
    known = sorted((entry for entry in found if not entry.waiting), key=lambda entry: entry.at or _EVER, reverse=True)
    return waiting, known


_EVER = dt.datetime.min.replace(tzinfo=dt.UTC)


def _moment(due: dt.datetime | dt.date | None) -> dt.datetime:
    if due is None:
        return dt.datetime.max.replace(tzinfo=dt.UTC)
    if isinstance(due, dt.datetime):
        return due
    return dt.datetime.combine(due, dt.time.max, tzinfo=clock.now().tzinfo)

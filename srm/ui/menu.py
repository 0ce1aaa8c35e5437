"""The menu: rooms put their lists on it; everyone sees the part his role is for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from srm.core.actor import Actor
from srm.ui.links import address_of

SECTIONS: dict[str, Any] = {
    "work": _("Work"),
    "sourcing": _("Sourcing"),
    "buying": _("Buying"),
    "suppliers": _("Suppliers"),
    "know": _("Know"),
    "settings": _("Settings"),
}


@dataclass(frozen=True)
class Entry:
    """A line of the menu."""

    section: str
    label: Any
    url: str
    permission: str
    order: int
    key: str
    count: Callable[[Actor], int] | None
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Item:
    """A line as one reader sees it."""

    label: Any
    url: str
    key: str
    count: int
    active: bool


_entries: dict[tuple[str, str], Entry] = {}


def menu(
    section: str, label: Any, url: str = "", *, permission: str = "", order: int = 50, key: str = "",
    count: Callable[[Actor], int] | None = None, for_kinds: tuple[str, ...] = ("staff",),
) -> Callable[[Any], Any]:  # fmt: skip
    """Put a page on the menu. On a page class, `url` and `permission` are its own unless given.

    Args:
        key: the letter that goes there after `g`.
        count: a number beside the words: what waits for this actor.
    """
    if section not in SECTIONS:
        raise ImproperlyConfigured(f"The menu has no section “{section}”; there are {', '.join(SECTIONS)}.")

    def register(page: Any) -> Any:
        address = url or page.url_name()
        allowed = permission or getattr(page, "permission", "")
        _entries[section, address] = Entry(section, label, address, allowed, order, key, count, for_kinds)
        return page

    return register


def menu_for(actor: Actor, path: str) -> list[tuple[Any, list[Item]]]:
    """(section, lines) for this actor; the line whose address begins `path` is the active one."""
    shown = [entry for entry in _entries.values() if actor.kind in entry.kinds and actor.may(entry.permission)]
    addresses = {entry: address for entry in shown if (address := address_of(entry.url))}
    fitting = [address for address in addresses.values() if path.startswith(address)]
    active = max(fitting, key=len, default="")
    sections = []
    for section, title in SECTIONS.items():
        mine = sorted((entry for entry in addresses if entry.section == section), key=lambda entry: entry.order)
        items = [
            Item(
                entry.label,
                addresses[entry],
                entry.key,
                entry.count(actor) if entry.count else 0,
                addresses[entry] == active,
            )
            for entry in mine
        ]
        if items:
            sections.append((title, items))
    return sections

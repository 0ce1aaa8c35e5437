"""Panels: parts of a document's page that other rooms hang on it.

    @panel(Tender, _("Bids"), order=30, permission="bids.view")
    def bids_panel(document, actor, request): return "procurement/bids/_panel.html", {"bids": ...}

The lower room knows nothing of it. A panel declared for a base class (`models.Model`) shows on every document that
`when` accepts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model
from django.utils.text import slugify

from srm.core.actor import Actor

Content = tuple[str, dict[str, Any]] | None
PLACES = ("tab", "main", "side")


@dataclass(frozen=True)
class Panel:
    """One registered panel."""

    key: str
    model: type[Model]
    title: Any
    order: int
    permission: str
    place: str
    count: Callable[[Any, Actor], int] | None
    when: Callable[[Any], bool] | None
    render: Callable[[Any, Actor, Any], Content]

    def suits(self, document: Any, actor: Actor) -> bool:
        """Whether this actor gets it on this document."""
        if not isinstance(document, self.model) or (self.permission and not actor.may(self.permission)):
            return False
        return self.when is None or self.when(document)


_panels: dict[str, Panel] = {}


def panel(
    model: type[Model], title: Any, *, order: int = 50, permission: str = "", place: str = "tab", key: str = "",
    count: Callable[[Any, Actor], int] | None = None, when: Callable[[Any], bool] | None = None,
) -> Callable[[Callable], Callable]:  # fmt: skip
    """Hang the decorated `fn(document, actor, request) -> (template, context) or None` on pages of `model`.

    Args:
        place: "tab" of its own, or a card on the overview: "main" column or "side".
        count: a number beside the tab's name.
        when: for panels on a base class, whether this document gets it.
    """
    if place not in PLACES:
        raise ImproperlyConfigured(f"A panel's place is one of {', '.join(PLACES)}, not “{place}”.")

    def register(function: Callable) -> Callable:
        name = key or slugify(function.__name__.removesuffix("_panel").replace("_", "-"))
        _panels[f"{model._meta.label_lower if hasattr(model, '_meta') else '*'}:{name}"] = Panel(
            name, model, title, order, permission, place, count, when, function
        )
        return function

    return register


def panels_of(document: Any, actor: Actor) -> list[Panel]:
    """What this actor gets on this document's page, in order."""
    found = [one for one in _panels.values() if one.suits(document, actor)]
    return sorted(found, key=lambda one: one.order)

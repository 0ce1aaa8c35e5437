"""Addresses by convention: `<room>:<model>-<kind>`, so nobody writes get_absolute_url twice."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.urls import NoReverseMatch, reverse

_ROOMS: dict[type[Model], str] = {}


def room_of(module: str) -> str:
    """The room a module belongs to: `procurement.requests.views` -> requests; a flat package is its own room."""
    parts = module.split(".")
    return parts[1] if len(parts) > 2 else parts[0]


def pages_live_in(model: type[Model], room: str) -> None:
    """Note that the pages of `model` are another room's (users have their pages in srm.org)."""
    _ROOMS.setdefault(model, room)


def url_name(model: type[Model], kind: str) -> str:
    """The URL name of a model's page of one kind."""
    room = _ROOMS.get(model) or room_of(model.__module__)
    return f"{room}:{model._meta.model_name}-{kind}"


def url_of(thing: Any, kind: str = "detail", **more: Any) -> str | None:
    """The address of a page of `thing` (a saved object, or a model class for list and create), None if it has none."""
    model, keys = (
        (thing, {}) if isinstance(thing, type) else (type(thing), {"public_id": getattr(thing, "public_id", "")})
    )
    if not isinstance(model, type) or not issubclass(model, Model):
        return None
    try:
        return reverse(url_name(model._meta.concrete_model or model, kind), kwargs={**keys, **more})
    except NoReverseMatch:
        return None

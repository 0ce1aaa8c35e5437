"""Addresses by convention: `<room>:<model>-<kind>`, so nobody writes get_absolute_url twice."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import Model
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse

_ROOMS: dict[type[Model], str] = {}
_STAND_IN = "-id-goes-here-22-chars"


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
    model, saved = (thing, False) if isinstance(thing, type) else (type(thing), True)
    if not issubclass(model, Model):
        return None
    keys = {"public_id": _STAND_IN, **more} if saved else more
    address = address_of(url_name(model._meta.concrete_model or model, kind), **keys)
    return address.replace(_STAND_IN, str(getattr(thing, "public_id", ""))) if address and saved else address


def address_of(name: str, **keys: str) -> str | None:
    """The address of a URL name, None when there is none. Remembered: a list asks it for every row."""
    return _reversed(name, tuple(sorted(keys.items())), get_urlconf() or settings.ROOT_URLCONF, get_script_prefix())


@lru_cache(maxsize=2048)
def _reversed(name: str, keys: tuple[tuple[str, str], ...], urlconf: str, _prefix: str) -> str | None:
    try:
        return reverse(name, urlconf=urlconf, kwargs=dict(keys))
    except NoReverseMatch:
        return None

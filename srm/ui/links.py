"""Addresses by convention: `<room>:<model>-<kind>`, so nobody writes get_absolute_url twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import Model
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse

from srm.core.actor import Actor

_ROOMS: dict[type[Model], str] = {}
_PERMISSIONS: dict[type[Model], str] = {}
_reader: ContextVar[Actor | None] = ContextVar("reader", default=None)
_STAND_IN = "-id-goes-here-22-chars"


def room_of(module: str) -> str:
    """The room a module belongs to: `procurement.requests.views` -> requests; a flat package is its own room."""
    parts = module.split(".")
    return parts[1] if len(parts) > 2 else parts[0]


def pages_live_in(model: type[Model], room: str, permission: str = "") -> None:
    """Note that the pages of `model` are another room's (users have their pages in srm.org), and who may open one."""
    _ROOMS.setdefault(model, room)
    _PERMISSIONS.setdefault(model, permission)


@contextmanager
def read_by(actor: Actor) -> Iterator[None]:
    """While a page is made for `actor`: names that would lead him to a page he may not open are no links."""
    token = _reader.set(actor)
    try:
        yield
    finally:
        _reader.reset(token)


def may_open(model: type[Model]) -> bool:
    """Whether the reader of the page that is being made may open pages of such objects; everybody, outside of pages."""
    reader, permission = _reader.get(), _PERMISSIONS.get(model, "")
    return reader is None or not permission or reader.may(permission)


def url_name(model: type[Model], kind: str) -> str:
    """The URL name of a model's page of one kind."""
    room = _ROOMS.get(model) or room_of(model.__module__)
    return f"{room}:{model._meta.model_name}-{kind}"


def url_of(thing: Any, kind: str = "detail", **more: Any) -> str | None:
    """The address of a page of `thing` (a saved object, or a model class for list and create).

    None if it has none, or if the reader may not open the page of the object.
    """
    model, saved = (thing, False) if isinstance(thing, type) else (type(thing), True)
    if not issubclass(model, Model):
        return None
    if saved and kind == "detail" and not may_open(model._meta.concrete_model or model):
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

"""Kinds of notices, and which moves tell what to whom. Rooms declare them in their notices.py."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from srm.notify.models import Subscription

if TYPE_CHECKING:
    from srm.people.models import User

Channel = Subscription.Channel


@dataclass(frozen=True)
class Told:
    """What a declaration answers: to whom, which words, where the button leads.

    `subject` and `body` are lazy texts with {placeholders} for `values` (texts, Decimals, dates, Money). `url` is a
    path of ours. `template` names mail templates of its own (`<template>.txt` and `.html`) instead of the general one.
    """

    to: Iterable[User | None]
    subject: object
    body: object = ""
    values: Mapping[str, object] = field(default_factory=dict)
    url: str = ""
    button: object = ""
    template: str = "mail/notice"


Declaration = Callable[..., "Told | Iterable[Told] | None"]


@dataclass(frozen=True)
class NoticeKind:
    """`channel` is how people hear of it unless they choose otherwise; a `required` one they cannot switch off."""

    code: str
    label: object
    channel: str = Channel.APP
    required: bool = False
    audience: tuple[str, ...] = ("staff",)
    group: object = ""


KINDS: dict[str, NoticeKind] = {}
_declared: dict[tuple[str, str], list[tuple[str, Declaration]]] = defaultdict(list)


def kind(
    code: str,
    label: object,
    *,
    channel: str = Channel.APP,
    required: bool = False,
    audience: tuple[str, ...] = ("staff",),
    group: object = "",
) -> NoticeKind:
    """Declare a kind of notice that services send by `tell(kind=code)`; `label` stands on the preferences page.

    Args:
        channel: "app", "mail" (at once), "digest" (daily summary): the default.
        required: may not be set to "not at all" (deadlines, security).
        audience: kinds of accounts it concerns: "staff", "supplier".
    """
    if code in KINDS:
        raise RuntimeError(f"two notices are called {code!r}")
    KINDS[code] = NoticeKind(code, label, Channel(channel), required, audience, group)
    return KINDS[code]


def notice(
    code: str, model: type[models.Model], move: str, *, label: object = "", **options
) -> Callable[[Declaration], Declaration]:
    """Declare what performing `move` on a `model` tells: `fn(document, *, actor, **details) -> Told | [Told] | None`.

    It runs after the move, in the same transaction; options are those of `kind`. One code may serve several moves.
    """

    def register(function: Declaration) -> Declaration:
        if code not in KINDS:
            kind(code, label or code, **options)
        _declared[model._meta.label_lower, move].append((code, function))
        return function

    return register


def declarations(model: type[models.Model], move: str) -> list[tuple[str, Declaration]]:
    """(code, function) of what `move` tells."""
    return _declared.get((model._meta.label_lower, move), [])


def kind_of(code: str) -> NoticeKind:
    """The declared kind; what nobody declared goes to the inbox only and cannot be chosen apart."""
    return KINDS.get(code) or NoticeKind(code, _("Other notices"))

"""Kinds of documents and verbs, in words, as filters offer them."""

from __future__ import annotations

from functools import lru_cache

from django.apps import apps
from django.utils.text import capfirst
from django.utils.translation import get_language

from srm.audit.panels import PLAIN_VERBS
from srm.flow.lifecycle import Lifecycle


def kinds() -> list[tuple[str, str]]:
    """(label, name) of every kind of record, by name."""
    return list(_kinds(get_language() or "en"))


def verbs() -> list[tuple[str, str]]:
    """(verb, words) of every move and of what else the log knows, by words."""
    return list(_verbs(get_language() or "en"))


@lru_cache(maxsize=8)
def _kinds(_language: str) -> tuple[tuple[str, str], ...]:
    names = {model._meta.label_lower: capfirst(str(model._meta.verbose_name)) for model in apps.get_models()}
    return tuple(sorted(names.items(), key=lambda pair: pair[1].lower()))


@lru_cache(maxsize=8)
def _verbs(_language: str) -> tuple[tuple[str, str], ...]:
    found = {verb: str(words) for verb, words in PLAIN_VERBS.items()}
    for model in apps.get_models():
        moves = model.moves() if issubclass(model, Lifecycle) else {}  # type: ignore[attr-defined]
        found |= {name: str(move.past or move.label) for name, move in moves.items()}
    return tuple(sorted(found.items(), key=lambda pair: pair[1].lower()))

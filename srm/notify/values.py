"""Plain values on their way through the outbox, and sentences filled with them. No ORM.

A notice may wait for hours and is read in another language than that of who caused it: numbers and dates travel as
themselves and are written out at the end. Placeholders are replaced from a dictionary and never by str.format, whose
attribute access would open objects to whoever can write the text.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from srm.ui import formats

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Money:
    """An amount with its currency."""

    amount: Decimal
    currency: str


def encode(value: object) -> object:
    """`value` as JSON keeps it, so that `decode` gives it back. Lazy texts are fixed in the active language."""
    if isinstance(value, Mapping):
        return {str(name): encode(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [encode(inner) for inner in value]
    if isinstance(value, Money):
        return {"$money": [str(value.amount), value.currency]}
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, dt.datetime):
        return {"$moment": value.astimezone(dt.UTC).isoformat()}
    if isinstance(value, dt.date):
        return {"$day": value.isoformat()}
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return str(value)


def decode(value: object) -> object:
    """What `encode` was given."""
    if isinstance(value, list):
        return [decode(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((mark, inner),) = value.items()
        if mark in _DECODERS:
            return _DECODERS[mark](inner)
    return {name: decode(inner) for name, inner in value.items()}


_DECODERS: dict[str, Callable[[Any], object]] = {
    "$money": lambda pair: Money(Decimal(pair[0]), pair[1]),
    "$decimal": Decimal,
    "$moment": dt.datetime.fromisoformat,
    "$day": dt.date.fromisoformat,
}


def written(value: object) -> str:
    """`value` as the active language writes it."""
    if value is None:
        return ""
    if isinstance(value, Money):
        return formats.money(value.amount, value.currency)
    if isinstance(value, Decimal):
        return formats.number(value)
    if isinstance(value, dt.datetime):
        return formats.moment(value)
    if isinstance(value, dt.date):
        return formats.day(value)
    return str(value)


def fill(text: object, values: Mapping[str, object]) -> str:
    """`text` with each {name} replaced by the value of that name; what has no value stays as it is written."""

    def replace(match: re.Match[str]) -> str:
        return written(values[match[1]]) if match[1] in values else match[0]

    return clean(_PLACEHOLDER.sub(replace, str(text)))


def clean(text: str) -> str:
    """`text` without control characters and marks that turn the reading direction."""
    return _CONTROL.sub("", text)


def one_line(text: object, most: int = 250) -> str:
    """A subject: one line, nothing that could start another header."""
    return " ".join(clean(str(text)).split())[:most]

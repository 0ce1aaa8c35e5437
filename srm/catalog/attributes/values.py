"""Values of attributes: read from what people, sheets and programs write, kept as JSON, shown in words.

A number is kept as text without needless zeros, a day as 2026-05-12, yes and no as true and false.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Protocol

from django.utils.translation import gettext as _

from srm.core.errors import InvalidInput
from srm.core.quantities import parse_decimal

LONGEST = 200
MOST = Decimal("999999999999")
PLACES = 6
YES = frozenset({"yes", "true", "1", "да", "+"})
NO = frozenset({"no", "false", "0", "нет", "не", "-"})


class Question(Protocol):
    """What is read of an attribute here."""

    code: str
    kind: str

    def offered(self) -> list[str]: ...


def clean(questions: Iterable[Question], given: Mapping[str, Any]) -> dict[str, Any]:
    """The values by code as they are kept; empty ones are left out.

    Raises:
        InvalidInput: sentences by "attributes.<code>"; an attribute the category does not have is refused.
    """
    known = {question.code: question for question in questions}
    faults: dict[str, Any] = {}
    kept: dict[str, Any] = {}
    for code, value in given.items():
        if code not in known:
            faults[f"attributes.{str(code)[:40]}"] = _("The category has no such attribute.")
            continue
        try:
            value = clean_one(known[code], value)
        except InvalidInput as fault:
            faults[f"attributes.{code}"] = fault.errors["__all__"]
            continue
        if value is not None:
            kept[code] = value
    if faults:
        raise InvalidInput(faults)
    return kept


def clean_one(question: Question, value: Any) -> Any:
    """One value as it is kept, None for an empty one.

    Raises:
        InvalidInput: it is not of the attribute's kind.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, (dict, list)):
        raise InvalidInput(_("One value, please."))
    return _CLEANERS[question.kind](question, value)


def _text(_question: Question, value: Any) -> str:
    text = " ".join(str(value).replace("\0", "").split())
    if len(text) > LONGEST:
        raise InvalidInput(_("At most %(n)d letters, please.") % {"n": LONGEST})
    return text


def _number(_question: Question, value: Any) -> str:
    number = parse_decimal(_("yes") if isinstance(value, bool) else value)
    assert number is not None
    if abs(number) > MOST or number != round(number, PLACES):
        raise InvalidInput(_("This number is too large or too fine."))
    return format(number.normalize(), "f")


def _yes_no(_question: Question, value: Any) -> bool:
    word = str(value).strip().casefold()
    if word in YES or word in NO:
        return word in YES
    raise InvalidInput(_("Say yes or no."))


def _choice(question: Question, value: Any) -> str:
    offered = question.offered()
    word = str(value).strip().casefold()
    for choice in offered:
        if choice.casefold() == word:
            return choice
    some = ", ".join(offered[:8]) + (", …" if len(offered) > 8 else "")
    raise InvalidInput(_("“%(value)s” is not one of: %(choices)s.") % {"value": str(value)[:40], "choices": some})


def _date(_question: Question, value: Any) -> str:
    try:
        day = value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value).strip())
    except ValueError as fault:
        raise InvalidInput(_("Write a date like 2026-05-12.")) from fault
    return day.isoformat()[:10]


_CLEANERS: dict[str, Callable[[Question, Any], Any]] = {
    "text": _text, "number": _number, "yes_no": _yes_no, "choice": _choice, "date": _date,
}  # fmt: skip


def write_pairs(pairs: Mapping[str, Any]) -> str:
    """Values in one cell: "diameter=8; material=A2"; what holds a separator is quoted by doubling it."""
    return "; ".join(f"{code}={_in_cell(value)}" for code, value in sorted(pairs.items()))


def read_pairs(text: str) -> dict[str, str]:
    """What `write_pairs` wrote, or people wrote alike.

    Raises:
        InvalidInput: a part has no "=".
    """
    found: dict[str, str] = {}
    for part in text.replace(";;", "\0").split(";"):
        if not part.strip():
            continue
        code, equals, value = part.partition("=")
        if not equals:
            raise InvalidInput(_("Write it like diameter=8; material=A2."))
        found[code.strip()] = value.strip().replace("\0", ";")
    return found


def _in_cell(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value).replace(";", ";;")

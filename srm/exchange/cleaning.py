"""From what stands in a cell to a value: numbers, quantities, dates, yes and no, in the ways people write them.

What can be read in two ways is not guessed: "1,234" is a thousand to one reader and a bit more than one to another, so
the column's other cells decide (`hints_from`), or the user does. A wrong guess here would order a thousand times too much.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from srm.core.errors import InvalidInput
from srm.core.quantities import clean_amount, clean_price, clean_quantity

SHOWN = 40
MAX_DIGITS = 15
LARGEST = Decimal(10) ** 15
_BLANKS = re.compile(r"[\s\u00a0\u202f\u2007\u2009']")
_CURRENCY = re.compile(
    r"^(?:[$€£₽₴¥₸]|лв\.?|руб\.?|EUR|USD|RUB|BGN|GBP)|(?:[$€£₽₴¥₸]|лв\.?|руб\.?|EUR|USD|RUB|BGN|GBP)$"
)
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d+)*|[.,]\d+)([eE][+-]?\d{1,3})?")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+|\d{1,3}(?:\.\d{3})+")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?")
_YEAR_FIRST = re.compile(r"(\d{4})[./](\d{1,2})[./](\d{1,2})")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})(?:\s?(?:г\.?|г))?(?:\s\d{1,2}:\d{2}(?::\d{2})?)?")
_SLASHED = re.compile(
    r"(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})(?:\s\d{1,2}:\d{2}(?::\d{2})?(?:\s?[AP]M)?)?", re.IGNORECASE
)
_NAMED = re.compile(r"(\d{1,2})[\s./-]*([^\W\d_]{3,})\.?[\s,./-]*(\d{4}|\d{2})(?:\s?г\.?)?")
_NAMED_FIRST = re.compile(r"([^\W\d_]{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
_MONTHS = (
    ("jan", "янв", "яну"), ("feb", "фев", "фев"), ("mar", "мар", "мар"), ("apr", "апр", "апр"),
    ("may", "май", "мая"), ("jun", "июн", "юни"), ("jul", "июл", "юли"), ("aug", "авг", "авг"),
    ("sep", "сен", "сеп"), ("oct", "окт", "окт"), ("nov", "ноя", "ное"), ("dec", "дек", "дек"),
)  # fmt: skip
MONTHS = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
YES = frozenset({"1", "yes", "y", "true", "x", "+", "да", "д", "истина", "вярно"})
NO = frozenset({"0", "no", "n", "false", "-", "нет", "н", "ложь", "не", "невярно"})
FIRST_SERIAL, LAST_SERIAL = 61, 109_574  # 1900-03-01 to 2199-12-31, days as spreadsheets count them


class CellFault(ValueError):
    """Why a cell cannot be taken, as a sentence for the user."""


class Ambiguous(CellFault):
    """The cell can be read in two ways; a hint would settle it."""


@dataclass(frozen=True)
class Hints:
    """How a column is written: `mark` is its decimal mark, `order` the order of day and month between slashes.

    `blanks` are words that mean "nothing is known" ("N/A", "see *"); a * at the end stands for any ending.
    """

    mark: str = ""
    order: str = ""
    blanks: tuple[str, ...] = ()

    def is_blank(self, text: str) -> bool:
        """Whether `text` is one of the words that mean nothing."""
        if not self.blanks:
            return False
        folded = text.strip().casefold()
        return any(
            folded.startswith(word[:-1].casefold()) if word.endswith("*") else folded == word.casefold()
            for word in self.blanks
        )


NO_HINTS = Hints()


def shown(value: object) -> str:
    """A cell's content, short enough for a sentence."""
    text = str(value)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


# ------------------------------------------------------------------------------------------------------- text


def clean_text(value: Any, max_length: int | None = None) -> str:
    """Text in one Unicode form, without control characters and blanks at the ends; numbers as people write them.

    Raises:
        CellFault: too long.
    """
    text = unicodedata.normalize("NFC", plain(value)).strip()
    if not text.isprintable():  # which most texts are
        text = "".join(sign for sign in text if not _is_hidden(sign)).strip()
    if max_length is not None and len(text) > max_length:
        raise CellFault(
            _("%(length)d characters are too many; the most is %(most)d.") % {"length": len(text), "most": max_length}
        )
    return text


def plain(value: Any) -> str:
    """The text of a cell of any type; 1.0 is "1"."""
    if value is None:
        return ""
    if isinstance(value, float):
        return format(exact(value), "f")
    return str(value)


def _is_hidden(sign: str) -> bool:
    """Control and formatting characters: invisible, and good only for making two names look alike."""
    return sign not in "\n\t" and unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn")


# ---------------------------------------------------------------------------------------------------- numbers


def exact(value: float) -> Decimal:
    """The decimal a spreadsheet shows for its binary number: 15 digits, so 19.989999999999998 is 19.99."""
    return Decimal(f"{value:.{MAX_DIGITS}g}")


def clean_number(value: Any, hints: Hints = NO_HINTS) -> Decimal:
    """Any finite number of at most 15 digits before the point.

    Raises:
        CellFault: no number, too large, or one that can be read in two ways.
    """
    if isinstance(value, bool):
        raise CellFault(_("A number is expected here, not yes or no."))
    if isinstance(value, float):
        number = exact(value)
    elif isinstance(value, (int, Decimal)):
        number = Decimal(value)
    else:
        number = _number_from_text(str(value), hints.mark)
    if not number.is_finite() or abs(number) >= LARGEST:
        raise CellFault(_("“%(value)s” is beyond what can be counted here.") % {"value": shown(value)})
    return number


def _number_from_text(text: str, mark: str) -> Decimal:
    tidy = _CURRENCY.sub("", _BLANKS.sub("", text).replace("\u2212", "-"))
    if tidy.startswith("(") and tidy.endswith(")"):  # bookkeepers' minus
        tidy = "-" + tidy[1:-1]
    if not _NUMBER.fullmatch(tidy):
        raise CellFault(_("“%(value)s” is not a number. Write it like 12.5.") % {"value": shown(text)})
    try:
        return Decimal(_with_point(tidy, mark, text))
    except InvalidOperation as fault:
        raise CellFault(_("“%(value)s” is not a number. Write it like 12.5.") % {"value": shown(text)}) from fault


def _with_point(tidy: str, mark: str, text: str) -> str:
    """The number with a decimal point and no thousands."""
    mark = mark or _mark_in(tidy)
    if not mark:
        commas, points = tidy.replace(",", ""), tidy.replace(",", ".")
        raise Ambiguous(
            _("“%(value)s” can be %(one)s or %(other)s. Say which mark this column uses for decimals.")
            % {"value": shown(text), "one": commas, "other": points}
        )
    whole, _mark, decimals = tidy.rpartition(mark) if tidy.count(mark) == 1 else (tidy, "", "")
    other = "," if mark == "." else "."
    grouped = whole.lstrip("+-")
    if other in decimals or (other in grouped and not _THOUSANDS.fullmatch(grouped)) or mark in whole:
        if not (mark in whole and _THOUSANDS.fullmatch(grouped) and other not in grouped):
            raise CellFault(_("“%(value)s” is not a number. Write it like 12.5.") % {"value": shown(text)})
        whole = whole.replace(mark, "")
    return whole.replace(other, "") + ("." + decimals if decimals else "")


def _mark_in(tidy: str) -> str:
    """The decimal mark a number shows by itself, or "" when it does not: a comma before three digits at the end."""
    body = tidy.lstrip("+-")
    if "," in body and "." in body:
        return "," if body.rfind(",") > body.rfind(".") else "."
    if body.count(",") > 1:
        return "."
    if body.count(".") > 1:
        return ","
    if "," not in body:
        return "."
    head, _comma, tail = body.partition(",")
    return "" if len(tail) == 3 and 1 <= len(head) <= 3 and head != "0" else ","


def _through(check: Callable[[object], Decimal]) -> Callable[[Any, Hints], Decimal]:
    def clean(value: Any, hints: Hints = NO_HINTS) -> Decimal:
        number = clean_number(value, hints)
        try:
            return check(number)
        except InvalidInput as fault:
            raise CellFault(" ".join(str(sentence) for sentence in fault.errors["__all__"])) from fault

    return clean


clean_quantity_cell = _through(clean_quantity)
clean_price_cell = _through(clean_price)
clean_amount_cell = _through(clean_amount)


def clean_whole(value: Any, hints: Hints = NO_HINTS) -> int:
    """A whole number.

    Raises:
        CellFault: no number, or one with decimals.
    """
    number = clean_number(value, hints)
    if number != number.to_integral_value():
        raise CellFault(_("“%(value)s” has decimals; a whole number is expected.") % {"value": shown(value)})
    return int(number)


# ------------------------------------------------------------------------------------------------------ dates


def clean_date(value: Any, hints: Hints = NO_HINTS) -> dt.date:
    """A date: 12.05.2026, 2026-05-12, 12-May-26, 12 мая 2026, a spreadsheet's number, 5/12/26 when the order is known.

    Raises:
        CellFault: no date, no such day, or one that can be read in two ways.
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _date_from_serial(value)
    text = " ".join(str(value).split())
    found = _date_parts(text, hints.order)
    if found is None:
        raise CellFault(_("“%(value)s” is not a date. Write it like 2026-05-31.") % {"value": shown(text)})
    try:
        day = dt.date(*found)
    except ValueError as fault:
        raise CellFault(_("There is no day “%(value)s”.") % {"value": shown(text)}) from fault
    if not 1900 <= day.year < 2200:
        raise CellFault(_("The year of “%(value)s” cannot be right.") % {"value": shown(text)})
    return day


def _date_from_serial(value: float) -> dt.date:
    if not FIRST_SERIAL <= value <= LAST_SERIAL:
        raise CellFault(_("“%(value)s” is not a date. Write it like 2026-05-31.") % {"value": shown(value)})
    return dt.date.fromordinal(int(value) + 693_594)


def _date_parts(text: str, order: str) -> tuple[int, int, int] | None:
    if (found := _ISO.fullmatch(text)) or (found := _YEAR_FIRST.fullmatch(text)):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _DOTTED.fullmatch(text):
        return _year(found[3]), int(found[2]), int(found[1])
    if found := _SLASHED.fullmatch(text):
        return _slashed(text, found, order)
    if (found := _NAMED.fullmatch(text)) and (month := _month(found[2])):
        return _year(found[3]), month, int(found[1])
    if (found := _NAMED_FIRST.fullmatch(text)) and (month := _month(found[1])):
        return int(found[3]), month, int(found[2])
    return None


def _slashed(text: str, found: re.Match, order: str) -> tuple[int, int, int]:
    first, second, year = int(found[1]), int(found[2]), _year(found[3])
    order = order or _order_of(first, second)
    if not order:
        raise Ambiguous(
            _("“%(value)s” can be two days. Say whether day or month comes first in this column.")
            % {"value": shown(text)}
        )
    return (year, first, second) if order == "mdy" else (year, second, first)


def _order_of(first: int, second: int) -> str:
    if first > 12 or first == second:
        return "dmy"
    return "mdy" if second > 12 else ""


def _month(name: str) -> int | None:
    return MONTHS.get(name[:3].casefold())


def _year(text: str) -> int:
    """A year of two digits belongs to 1970 to 2069."""
    number = int(text)
    return number if len(text) == 4 else number + (1900 if number >= 70 else 2000)


# ------------------------------------------------------------------------------------------------ yes or no


def clean_bool(value: Any) -> bool:
    """Yes or no, in the three languages, as a tick or as 1 and 0.

    Raises:
        CellFault: neither.
    """
    if isinstance(value, bool):
        return value
    word = plain(value).strip().casefold()
    if word in YES:
        return True
    if word in NO:
        return False
    raise CellFault(_("“%(value)s” is neither yes nor no.") % {"value": shown(value)})


# ---------------------------------------------------------------------------------------------------- hints


def hints_from(kind: str, values: Iterable[Any], blanks: tuple[str, ...] = ()) -> Hints:
    """What the cells of one column tell about how it is written. Contradictions tell nothing."""
    texts = [value for value in values if isinstance(value, str)]
    if kind == "date":
        return Hints(order=_only({_order_in(text) for text in texts}), blanks=blanks)
    if kind in {"decimal", "quantity", "price", "amount", "whole"}:
        return Hints(mark=_only({_evident_mark(text) for text in texts}), blanks=blanks)
    return Hints(blanks=blanks)


def _only(found: set[str]) -> str:
    found.discard("")
    return found.pop() if len(found) == 1 else ""


def _order_in(text: str) -> str:
    found = _SLASHED.fullmatch(" ".join(text.split()))
    return "" if found is None or found[1] == found[2] else _order_of(int(found[1]), int(found[2]))


def _evident_mark(text: str) -> str:
    """The mark a number proves; a lone point before three digits proves nothing either."""
    tidy = _CURRENCY.sub("", _BLANKS.sub("", text))
    if not _NUMBER.fullmatch(tidy) or not ("," in tidy or "." in tidy):
        return ""
    head, _point, tail = tidy.lstrip("+-").partition(".")
    if "," not in tidy and tidy.count(".") == 1 and len(tail) == 3 and 1 <= len(head) <= 3 and head != "0":
        return ""
    return _mark_in(tidy)

"""Numbers, money, quantities, dates as the reader's language writes them. Used by tables, tags, mails and print."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils import numberformat, timezone
from django.utils.formats import date_format, get_format
from django.utils.translation import gettext as _

MINUS = "−"
THIN = "\u00a0"


def number(value: Any, places: int | None = None, most: int = 6) -> str:
    """A number with the language's separators; `places` fixes the decimals, else only those that say something."""
    if value is None or value == "":
        return ""
    amount = value if isinstance(value, Decimal) else Decimal(str(value))
    if places is not None:
        amount = amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    else:
        amount = _trimmed(amount, most)
    decimals = max(0, -int(amount.as_tuple().exponent))
    # Groups of three in all our languages; Django's own Bulgarian has none, and millions could not be read.
    text = numberformat.format(
        abs(amount), get_format("DECIMAL_SEPARATOR"), decimals, grouping=3,
        thousand_sep=get_format("THOUSAND_SEPARATOR"), force_grouping=True,
    )  # fmt: skip
    return f"{MINUS if amount < 0 else ''}{text}"


def money(value: Any, currency: Any = "") -> str:
    """An amount to the cent with its currency after it."""
    return _with(number(value, 2), currency)


def price(value: Any, currency: Any = "", per: Any = 1) -> str:
    """A unit price: two decimals at least, six at most; behind a stroke for how many it is, unless for one."""
    if value is None or value == "":
        return ""
    amount = _trimmed(Decimal(str(value)), 6)
    shown = _with(number(amount, max(2, -int(amount.as_tuple().exponent))), currency)
    return shown if per in (None, "", 1) else f"{shown} / {number(per)}"


def quantity(value: Any, unit: Any = "") -> str:
    """A quantity with its unit."""
    return _with(number(value, most=4), unit)


def percent(value: Any, places: int = 1) -> str:
    """A share of 1 as per cent."""
    return _with(number(Decimal(str(value)) * 100, most=places), "%") if value not in (None, "") else ""


def day(value: Any) -> str:
    """A date; the year only when it is not this one."""
    if not value:
        return ""
    date = timezone.localtime(value).date() if isinstance(value, dt.datetime) and timezone.is_aware(value) else value
    pattern = _("j M") if date.year == timezone.localdate().year else _("j M Y")
    return date_format(date, pattern)


def month(value: dt.date) -> str:
    """A month with its year, in the reader's language."""
    return date_format(value, "YEAR_MONTH_FORMAT")


def moment(value: Any) -> str:
    """A date with the time of day, in the reader's zone."""
    if not value:
        return ""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{day(local)}{THIN}{local:%H:%M}"


def _trimmed(amount: Decimal, most: int) -> Decimal:
    rounded = amount.quantize(Decimal(1).scaleb(-most), rounding=ROUND_HALF_UP).normalize()
    return rounded.quantize(Decimal(1)) if int(rounded.as_tuple().exponent) > 0 else rounded


def _with(text: str, unit: Any) -> str:
    return f"{text}{THIN}{unit}" if text and unit else text

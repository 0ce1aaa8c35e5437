"""An offer as people type it, as we check it, and as it is sealed. No database.

Typed: texts by field, as a form or a sheet sends them; they are kept even when they are wrong, so that nothing is lost.
Checked: exact numbers. Sealed: plain JSON with numbers as text.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from srm.core import quantities
from srm.core.errors import InvalidInput
from srm.core.fields import MAX_AMOUNT
from srm.core.money import cents, line_total

VERSION = 1
BASES = (1, 10, 100, 1000)
LONGEST_NOTE = 300
LONGEST_HEADER_NOTE = 2000
LINE_FIELDS = ("price", "basis", "quantity", "deliver_on", "note")
HEADER_FIELDS = ("freight", "valid_until", "note")
# From how many times the last price on a price is asked about.
ODD = Decimal(20)
_DATES = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y")


@dataclass(frozen=True)
class Wanted:
    """A line of the tender as an offer needs it."""

    id: str
    quantity: Decimal
    need_by: dt.date


@dataclass(frozen=True)
class OfferLine:
    """What is offered for one line."""

    line: str
    price: Decimal
    basis: int
    quantity: Decimal
    deliver_on: dt.date
    note: str = ""

    @property
    def net(self) -> Decimal:
        """The line's amount."""
        return line_total(self.quantity, self.price, Decimal(self.basis))

    @property
    def unit_price(self) -> Decimal:
        """For one base unit."""
        return self.price / self.basis


@dataclass(frozen=True)
class Offer:
    """A checked offer."""

    currency: str
    lines: tuple[OfferLine, ...]
    freight: Decimal = Decimal(0)
    valid_until: dt.date | None = None
    note: str = ""

    @property
    def net(self) -> Decimal:
        """The sum of the lines."""
        return sum((line.net for line in self.lines), Decimal(0))

    @property
    def total(self) -> Decimal:
        """With freight."""
        return self.net + self.freight


# ------------------------------------------------------------------------------------------------------- typed


def clean_typed(sent: Mapping[str, Any], wanted: Sequence[Wanted]) -> dict[str, Any]:
    """What was typed, cut down to the fields there are: texts only, none longer than it may be."""
    lines = sent.get("lines")
    lines = lines if isinstance(lines, Mapping) else {}
    kept = {name: _text(sent.get(name), LONGEST_HEADER_NOTE) for name in HEADER_FIELDS}
    return {
        **kept,
        "lines": {
            line.id: {name: _text(lines[line.id].get(name), LONGEST_NOTE) for name in LINE_FIELDS}
            for line in wanted
            if isinstance(lines.get(line.id), Mapping)
        },
    }


def _text(value: object, longest: int) -> str:
    if value is None or isinstance(value, (Mapping, list, tuple)):
        return ""
    return "".join(sign for sign in str(value) if sign.isprintable() or sign in "\n\t").strip()[:longest]


def is_empty(typed: Mapping[str, Any]) -> bool:
    """Whether no price was typed."""
    return not any(line.get("price") for line in typed.get("lines", {}).values())


def check(typed: Mapping[str, Any], wanted: Sequence[Wanted], *, currency: str, today: dt.date) -> Offer:
    """The offer that was typed.

    A line without a price is not offered. Without a quantity all that is needed is, without a price basis the price is
    for one unit.

    Raises:
        InvalidInput: sentences by field: "freight", "lines.<id>.price".
    """
    errors: dict[str, list[str]] = {}
    lines = [
        line
        for one in wanted
        if (line := _line(one, typed.get("lines", {}).get(one.id) or {}, today, errors)) is not None
    ]
    freight = _number("freight", typed.get("freight"), quantities.clean_amount, errors) or Decimal(0)
    valid_until = _date("valid_until", typed.get("valid_until"), errors)
    if valid_until is not None and valid_until < today:
        errors["valid_until"] = [_("This day is in the past.")]
    offer = Offer(currency, tuple(lines), freight, valid_until, _text(typed.get("note"), LONGEST_HEADER_NOTE))
    if not lines and not errors:
        errors["__all__"] = [_("Enter a price for at least one line.")]
    if not errors and offer.total > MAX_AMOUNT:
        errors["__all__"] = [_("The total is too large. Look for a typing error.")]
    if errors:
        raise InvalidInput(errors)
    return offer


def _line(wanted: Wanted, typed: Mapping[str, str], today: dt.date, errors: dict[str, list[str]]) -> OfferLine | None:
    if not typed.get("price"):
        return None
    at = f"lines.{wanted.id}"
    price = _number(f"{at}.price", typed["price"], quantities.clean_price, errors)
    quantity = _number(f"{at}.quantity", typed.get("quantity"), quantities.clean_quantity, errors)
    if quantity is not None and quantity > wanted.quantity:
        errors[f"{at}.quantity"] = [_("More than is asked for.")]
    deliver_on = _date(f"{at}.deliver_on", typed.get("deliver_on"), errors)
    if deliver_on is None and f"{at}.deliver_on" not in errors:
        errors[f"{at}.deliver_on"] = [_("Say when you can deliver.")]
    elif deliver_on is not None and deliver_on < today:
        errors[f"{at}.deliver_on"] = [_("This day is in the past.")]
    basis = typed.get("basis") or "1"
    if basis not in map(str, BASES):
        errors[f"{at}.basis"] = [_("Choose one of those offered.")]
    if price is None or deliver_on is None or any(name.startswith(f"{at}.") for name in errors):
        return None
    line = OfferLine(
        wanted.id,
        price,
        int(basis),
        quantity or wanted.quantity,
        deliver_on,
        _text(typed.get("note"), LONGEST_NOTE),
    )
    if line.net > MAX_AMOUNT:
        errors[f"{at}.price"] = [_("The total is too large. Look for a typing error.")]
        return None
    return line


def _number(
    name: str, text: object, clean: Callable[[object], Decimal], errors: dict[str, list[str]]
) -> Decimal | None:
    if text in (None, ""):
        return None
    try:
        return clean(text)
    except InvalidInput as fault:
        errors[name] = [str(sentence) for sentence in fault.errors["__all__"]]
        return None


def _date(name: str, text: object, errors: dict[str, list[str]]) -> dt.date | None:
    if text in (None, ""):
        return None
    for pattern in _DATES:
        try:
            return dt.datetime.strptime(str(text), pattern).date()
        except ValueError:
            continue
    errors[name] = [_("This is not a date. Write it like 31.12.2026.")]
    return None


# ------------------------------------------------------------------------------------------------------ sealed


def to_content(offer: Offer, /, **marks: Any) -> dict[str, Any]:
    """The offer as it is sealed; `marks` tie it to its tender, offer and edition."""
    return {
        "v": VERSION, **marks, "currency": offer.currency, "freight": _exact(offer.freight), "note": offer.note,
        "valid_until": offer.valid_until.isoformat() if offer.valid_until else None,
        "lines": [
            {
                "line": line.line, "price": _exact(line.price), "basis": line.basis, "quantity": _exact(line.quantity),
                "deliver_on": line.deliver_on.isoformat(), "note": line.note,
            }
            for line in offer.lines
        ],
    }  # fmt: skip


def from_content(content: Mapping[str, Any]) -> Offer:
    """The offer that was sealed.

    Raises:
        ValueError, KeyError, ArithmeticError: it is not one of ours.
    """
    if content["v"] != VERSION:
        raise ValueError("an offer of an unknown version")
    valid = content["valid_until"]
    return Offer(
        content["currency"],
        tuple(
            OfferLine(
                line["line"], Decimal(line["price"]), int(line["basis"]), Decimal(line["quantity"]),
                dt.date.fromisoformat(line["deliver_on"]), line["note"],
            )
            for line in content["lines"]
        ),
        Decimal(content["freight"]),
        dt.date.fromisoformat(valid) if valid else None,
        content["note"],
    )  # fmt: skip


def to_typed(offer: Offer) -> dict[str, Any]:
    """The offer as its supplier would type it, for replacing it."""
    return {
        "freight": _exact(offer.freight) if offer.freight else "", "note": offer.note,
        "valid_until": offer.valid_until.isoformat() if offer.valid_until else "",
        "lines": {
            line.line: {
                "price": _exact(line.price), "basis": str(line.basis), "quantity": _exact(line.quantity),
                "deliver_on": line.deliver_on.isoformat(), "note": line.note,
            }
            for line in offer.lines
        },
    }  # fmt: skip


def _exact(number: Decimal) -> str:
    return format(number.normalize() if number else Decimal(0), "f")


# ------------------------------------------------------------------------------------------------------ freight


def landed(nets: Sequence[Decimal], freight: Decimal) -> list[Decimal]:
    """Each line's net with its share of freight by value; the shares add up to the cent."""
    whole = sum(nets, Decimal(0))
    if not nets or not freight:
        return list(nets)
    parts = [cents(freight * net / whole) if whole else cents(freight / len(nets)) for net in nets]
    largest = max(range(len(nets)), key=lambda place: nets[place])
    parts[largest] += freight - sum(parts, Decimal(0))
    return [net + part for net, part in zip(nets, parts, strict=True)]


# ------------------------------------------------------------------------------------------------------- sanity


@dataclass(frozen=True)
class Doubt:
    """A price far from the supplier's last one: how many times, and the basis that would explain it."""

    line: str
    last: Decimal
    times: Decimal
    basis: int | None = None


def doubts(offer: Offer, last: Mapping[str, Decimal]) -> list[Doubt]:
    """Lines to ask about before they are sent; `last` holds unit prices by line."""
    return [found for line in offer.lines if (found := _doubt(line, last.get(line.line))) is not None]


def _doubt(line: OfferLine, last: Decimal | None) -> Doubt | None:
    if not last or not line.price:
        return None
    times = line.unit_price / last
    if 1 / ODD < times < ODD:
        return None
    fits = [basis for basis in BASES if basis > line.basis and Decimal("0.2") < times * line.basis / basis < 5]
    return Doubt(line.line, last, times, fits[0] if fits else None)

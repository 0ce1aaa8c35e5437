"""Reading numbers people type: decimal comma or point, spaces between thousands; and refusing the impossible."""

import re
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from srm.core.errors import InvalidInput
from srm.core.fields import MAX_AMOUNT, MAX_PRICE, MAX_QUANTITY, PRICE_PLACES, QUANTITY_PLACES

_SPACES = re.compile(r"[\s\u00a0\u202f\u2009']")


def parse_decimal(value: object) -> Decimal | None:
    """The number in `value`, or None for an empty one.

    Takes "1 234,56", "1,234.56", "1.234,56" and plain numbers. A single comma is a decimal comma.

    Raises:
        InvalidInput: it is not a number (letters, NaN, infinity).
    """
    if value is None or (isinstance(value, Decimal) and value.is_finite()):
        return value
    text = _SPACES.sub("", str(value)).replace("\u2212", "-")
    if not text:
        return None
    if "," in text and "." in text:
        thousands = "," if text.rfind(",") < text.rfind(".") else "."
        text = text.replace(thousands, "")
    elif text.count(",") > 1:
        text = text.replace(",", "")
    text = text.replace(",", ".")
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise InvalidInput(_("“%(value)s” is not a number. Write it like 12.5.") % {"value": str(value)[:40]})
    return number


def clean_quantity(value: object) -> Decimal:
    """A quantity above zero, at most `MAX_QUANTITY`, with at most four decimals.

    Raises:
        InvalidInput: empty, text, zero, negative, too large or too fine.
    """
    number = parse_decimal(value)
    if number is None:
        raise InvalidInput(_("Enter a quantity."))
    if number <= 0:
        raise InvalidInput(_("The quantity must be more than 0."))
    if number > MAX_QUANTITY:
        raise InvalidInput(_("This quantity is too large. The most is %(most)s.") % {"most": MAX_QUANTITY})
    return _with_places(number, QUANTITY_PLACES)


def clean_price(value: object) -> Decimal:
    """A price from zero up, with at most six decimals.

    Raises:
        InvalidInput: empty, text, negative, too large or too fine.
    """
    number = parse_decimal(value)
    if number is None:
        raise InvalidInput(_("Enter a price."))
    if number < 0:
        raise InvalidInput(_("A price cannot be negative."))
    if number > MAX_PRICE:
        raise InvalidInput(_("This price is too large. The most is %(most)s.") % {"most": MAX_PRICE})
    return _with_places(number, PRICE_PLACES)


def clean_amount(value: object) -> Decimal:
    """Money to the cent, from zero up.

    Raises:
        InvalidInput: empty, text, negative, too large or with fractions of a cent.
    """
    number = parse_decimal(value)
    if number is None:
        raise InvalidInput(_("Enter an amount."))
    if number < 0:
        raise InvalidInput(_("An amount cannot be negative."))
    if number > MAX_AMOUNT:
        raise InvalidInput(_("This amount is too large. The most is %(most)s.") % {"most": MAX_AMOUNT})
    return _with_places(number, 2)


def _with_places(number: Decimal, places: int) -> Decimal:
    rounded = number.quantize(Decimal(1).scaleb(-places))
    if rounded != number:
        raise InvalidInput(_("At most %(places)d decimals, please.") % {"places": places})
    return rounded

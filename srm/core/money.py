"""Money: Decimal only, rounded where the rules say, never a float."""

from decimal import ROUND_HALF_UP, Decimal

from django.db.models import DecimalField
from django.db.models import Sum as PlainSum
from django.db.models.functions import Coalesce, Round

CENT = Decimal("0.01")


def cents(value: Decimal) -> Decimal:
    """`value` rounded half up to the cent, as commerce rounds."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def line_total(quantity: Decimal, unit_price: Decimal, price_basis: Decimal = Decimal(1)) -> Decimal:
    """Net amount of a line: quantity x price / basis (price per 1, 100, 1000), rounded at the line.

    Source: EN 16931 line net amount (BT-131) = price / base quantity x quantity.
    """
    return cents(quantity * unit_price / price_basis)


def Sum(expression: object, places: int = 2, **options) -> Coalesce:  # reads as the SQL function it is
    """A sum rounded at the field's scale, 0 when there is nothing.

    SQLite adds floats: 0.1 + 0.2 = 0.3 is false there until rounded.
    """
    field = DecimalField(max_digits=20, decimal_places=places)
    return Coalesce(Round(PlainSum(expression, **options), places), Decimal(0), output_field=field)

"""Money: Decimal only, rounded where the rules say, never a float."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import DecimalField, F, Func
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


class Real(Func):
    """A column that something is divided by or that is divided: SQLite divides whole numbers as integers.

    It keeps 10.00 as the integer 10, and 10 / 4 is 2 there; as a real number it is 2.5.
    """

    template = "%(expressions)s"
    arity = 1
    output_field = DecimalField(max_digits=30, decimal_places=10)

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """The column as a real number."""
        return self.as_sql(compiler, connection, template="CAST(%(expressions)s AS REAL)", **extra)


def real(column: str) -> Real:
    """A column by its name, for a division in SQL."""
    return Real(F(column))

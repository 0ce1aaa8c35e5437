"""What foreign money of the past was worth: the file's own rate, the firm's, or the average of the year."""

from __future__ import annotations

import bisect
import datetime as dt
from decimal import Decimal

from procurement.integrations.history.averages import average
from srm.core.errors import InvalidInput
from srm.core.money import cents
from srm.core.rates import FIXED, ExchangeRate

Days = tuple[list[dt.date], list[Decimal]]


class Rates:
    """Rates to base currencies, read once per pair. `averaged` counts conversions for which no day's rate was known."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Days] = {}
        self._found: dict[tuple[str, str, dt.date], tuple[Decimal | None, bool]] = {}
        self.averaged = 0

    def to_base(self, amount: Decimal, currency: str, base: str, on: dt.date, given: Decimal | None) -> Decimal:
        """`amount` in the base currency, to the cent.

        Raises:
            InvalidInput: nobody knows a rate.
        """
        if currency == base:
            return amount
        rate = given or self.rate(currency, base, on)
        if rate is None:
            raise InvalidInput(f"{currency} {base} {on}")
        return cents(amount * rate)

    def rate(self, currency: str, base: str, on: dt.date) -> Decimal | None:
        """How many `base` one `currency` was worth on a day, or None."""
        key = (currency, base, on)
        if key not in self._found:
            self._found[key] = self._look_up(currency, base, on)
        found, averaged = self._found[key]
        self.averaged += averaged
        return found

    def _look_up(self, currency: str, base: str, on: dt.date) -> tuple[Decimal | None, bool]:
        if fixed := FIXED.get((currency, base)):
            return fixed, False
        if fixed := FIXED.get((base, currency)):
            return 1 / fixed, False
        if dated := self._last(currency, base, on):
            return dated, False
        if inverse := self._last(base, currency, on):
            return 1 / inverse, False
        found = average(currency, base, on)
        return found, found is not None

    def _last(self, base: str, currency: str, on: dt.date) -> Decimal | None:
        if (base, currency) not in self._known:
            rows = ExchangeRate.objects.filter(base=base, currency=currency).order_by("date")
            pairs = list(rows.values_list("date", "rate"))
            self._known[base, currency] = ([date for date, _rate in pairs], [rate for _date, rate in pairs])
        dates, values = self._known[base, currency]
        at = bisect.bisect_right(dates, on)
        return values[at - 1] if at else None

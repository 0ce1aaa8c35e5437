"""Exchange rates by date: what one unit of a currency was worth in another."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext as _

from srm.core import fields
from srm.core.errors import InvalidInput
from srm.core.money import cents

# Fixed for ever by Council Regulation (EC) No 2866/98 as amended for Bulgaria: one euro is 1.95583 leva.
FIXED = {("EUR", "BGN"): Decimal("1.95583")}


class ExchangeRate(models.Model):
    """On `date` one unit of `base` was worth `rate` units of `currency`; valid until the next rate."""

    base = fields.currency()
    currency = fields.currency()
    date = models.DateField()
    rate = models.DecimalField(max_digits=15, decimal_places=6)
    source = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["base", "currency", "date"], name="rate_once_a_day")]
        ordering = ["-date"]

    def __str__(self) -> str:
        return f"1 {self.base} = {self.rate} {self.currency} ({self.date})"


def rate(from_currency: str, to: str, on: dt.date) -> Decimal:
    """How many `to` one unit of `from_currency` was worth on `on`: the last rate not after that day.

    Raises:
        InvalidInput: no rate is known; it says which one to enter.
    """
    if from_currency == to:
        return Decimal(1)
    if (from_currency, to) in FIXED:
        return FIXED[from_currency, to]
    if (to, from_currency) in FIXED:
        return 1 / FIXED[to, from_currency]
    direct = _last(from_currency, to, on)
    if direct:
        return direct
    inverse = _last(to, from_currency, on)
    if inverse:
        return 1 / inverse
    raise InvalidInput(
        {"currency": _("There is no exchange rate %(one)s to %(other)s for %(day)s. Ask finance to enter it.")
         % {"one": from_currency, "other": to, "day": on.isoformat()}}
    )  # fmt: skip


def to_currency(amount: Decimal, from_currency: str, to: str, on: dt.date) -> Decimal:
    """`amount` in another currency at the rate of a day, to the cent.

    Raises:
        InvalidInput: no rate is known.
    """
    return amount if from_currency == to else cents(amount * rate(from_currency, to, on))


def _last(base: str, currency: str, on: dt.date) -> Decimal | None:
    rows = ExchangeRate.objects.filter(base=base, currency=currency, date__lte=on).order_by("-date")
    return rows.values_list("rate", flat=True).first()

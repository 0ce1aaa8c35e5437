"""Field types with one meaning each.

Decimals stay within 15 significant digits, because SQLite keeps them as floating point and returns 15 exactly.
"""

from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from srm.core import clock
from srm.core.ids import new_public_id

Text = Any  # a str or a lazy translation; the stubs know them under a private name

QUANTITY_PLACES = 4
AMOUNT_PLACES = 2
PRICE_PLACES = 6
MAX_QUANTITY = Decimal("99999999999")
MAX_AMOUNT = Decimal("9999999999999.99")
MAX_PRICE = Decimal("999999999")


QUANTITY, AMOUNT, PRICE, CURRENCY = _("Quantity"), _("Amount"), _("Price"), _("Currency")


def public_id() -> models.CharField:
    """The id shown outside: random, unique, never reused."""
    return models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)


class ChangedAtField(models.DateTimeField):
    """When the row was last saved, by our clock."""

    def pre_save(self, instance: models.Model, add: bool) -> Any:
        moment = clock.now()
        setattr(instance, self.attname, moment)
        return moment


def changed_at() -> models.DateTimeField:
    """The time of the last change, kept by itself."""
    return ChangedAtField(_("Changed"), default=clock.now, editable=False)


def quantity(verbose_name: Text = QUANTITY, **options) -> models.DecimalField:
    """An amount of goods in the unit named beside it."""
    return models.DecimalField(verbose_name, max_digits=15, decimal_places=QUANTITY_PLACES, **options)


def amount(verbose_name: Text = AMOUNT, **options) -> models.DecimalField:
    """Money in the currency named beside it, to the cent."""
    return models.DecimalField(verbose_name, max_digits=15, decimal_places=AMOUNT_PLACES, **options)


def price(verbose_name: Text = PRICE, **options) -> models.DecimalField:
    """A unit price with up to six decimals, in the currency named beside it."""
    options.setdefault("validators", [MinValueValidator(0), MaxValueValidator(MAX_PRICE)])
    return models.DecimalField(verbose_name, max_digits=15, decimal_places=PRICE_PLACES, **options)


def currency(verbose_name: Text = CURRENCY, **options) -> models.CharField:
    """An ISO 4217 code."""
    return models.CharField(verbose_name, max_length=3, **options)

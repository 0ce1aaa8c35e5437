"""Converting quantities between units: exact, or refused."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from srm.catalog.models import Item, Unit
from srm.core.errors import InvalidInput
from srm.core.fields import MAX_QUANTITY, QUANTITY_PLACES


def factor_to_base(item: Item | None, unit: Unit, base: Unit | None = None) -> Decimal:
    """How many base units one `unit` holds: the item's own pack first, then the standard factor of one dimension.

    Args:
        item: the item, or None for a free-text line.
        base: the base unit; the item's own by default.

    Raises:
        InvalidInput: neither a pack nor a common dimension says how to convert. Nothing is guessed.
    """
    target = base or (item.base_unit if item else unit)
    if unit.pk == target.pk:
        return Decimal(1)
    pack = item.packs.filter(unit=unit).first() if item else None
    if pack:
        return pack.factor
    convertible = unit.dimension == target.dimension and unit.dimension not in {
        Unit.Dimension.OTHER,
        Unit.Dimension.COUNT,
    }
    if not convertible:
        raise InvalidInput(
            {"unit": _("“%(unit)s” does not convert to “%(base)s” for this item. Choose another unit, or add a pack.")
             % {"unit": unit, "base": target}}
        )  # fmt: skip
    return unit.factor / target.factor


def to_base(item: Item | None, quantity: Decimal, unit: Unit, base: Unit | None = None) -> Decimal:
    """`quantity` of `unit` in base units, rounded to four decimals.

    Raises:
        InvalidInput: the unit does not convert, or the result is too large or vanishes.
    """
    converted = (quantity * factor_to_base(item, unit, base)).quantize(Decimal(1).scaleb(-QUANTITY_PLACES))
    if not 0 < converted <= MAX_QUANTITY:
        raise InvalidInput({"quantity": _("This quantity cannot be kept in “%(base)s”.") % {"base": base or unit}})
    return converted

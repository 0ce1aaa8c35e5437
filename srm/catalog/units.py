"""Converting quantities between units: exact, or refused."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from srm.catalog.models import Item, Unit
from srm.core.errors import InvalidInput
from srm.core.fields import MAX_QUANTITY, QUANTITY_PLACES

STEP = Decimal(1).scaleb(-QUANTITY_PLACES)
# What rounding to four decimals may cost. 0.00004 km would become 0 or 0.0001: better asked again in metres.
TOLERANCE = Fraction(1, 1000)


def converts(unit: Unit, base: Unit) -> bool:
    """Whether the standard factors of two units say how one becomes the other, without an item's pack."""
    return unit.pk == base.pk or (unit.dimension == base.dimension and unit.dimension != Unit.Dimension.OTHER)


def to_base(item: Item | None, quantity: Decimal, unit: Unit, base: Unit | None = None) -> Decimal:
    """`quantity` of `unit` in base units: the item's own pack first, then the standard factors of one dimension.

    The result is rounded once, to the four decimals that quantities have.

    Args:
        item: the item, or None for a free-text line.
        base: the base unit; the item's own by default.

    Raises:
        InvalidInput: neither a pack nor a common dimension says how to convert (nothing is guessed), or the result is
            too large, or so small that rounding would change it.
    """
    target = base or (item.base_unit if item else unit)
    exact = Fraction(quantity) * _factor(item, unit, target)
    converted = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(STEP) if exact < 10**20 else Decimal(0)
    lost = abs(Fraction(converted) - exact)
    if not 0 < converted <= MAX_QUANTITY or lost > exact * TOLERANCE:
        raise InvalidInput(
            {"quantity": _("%(quantity)s %(unit)s cannot be kept in “%(base)s”. Choose another unit.")
             % {"quantity": format(quantity.normalize(), "f"), "unit": unit, "base": target}}
        )  # fmt: skip
    return converted


def factor_to_base(item: Item | None, unit: Unit, base: Unit | None = None) -> Decimal:
    """How many base units one `unit` holds, for showing it ("1 box = 200 pc"); `to_base` converts more exactly.

    Raises:
        InvalidInput: see `to_base`.
    """
    found = _factor(item, unit, base or (item.base_unit if item else unit))
    return Decimal(found.numerator) / Decimal(found.denominator)


def portion_of(item: Item | None, unit: Unit) -> Decimal:
    """What of an item bought by `unit` is not split among people, in base units.

    One pack where packs are bought, one piece where pieces are counted; mass, length and the like have no such portion
    but the smallest step that quantities have.
    """
    base = item.base_unit if item else unit
    if unit.pk != base.pk and (unit.dimension == Unit.Dimension.OTHER or unit.dimension != base.dimension):
        return max(factor_to_base(item, unit).quantize(STEP), STEP)
    return Decimal(1) if base.dimension in (Unit.Dimension.COUNT, Unit.Dimension.OTHER) else STEP


def units_of(item: Item) -> list[Unit]:
    """The units in which this item can be asked for: its base unit, its packs, and the base unit's own kind."""
    base = item.base_unit
    packs = [pack.unit for pack in item.packs.select_related("unit")]
    known = {base.pk, *(unit.pk for unit in packs)}
    kin = []
    if base.dimension != Unit.Dimension.OTHER:
        kin = list(Unit.objects.filter(dimension=base.dimension).exclude(pk__in=known).order_by("factor", "code"))
    return [base, *packs, *kin]


def _factor(item: Item | None, unit: Unit, target: Unit) -> Fraction:
    if unit.pk == target.pk:
        return Fraction(1)
    # A pack says how many of the item's own base unit it holds; for another target it is one step on the way.
    pack = next((one for one in item.packs.all() if one.unit_id == unit.pk), None) if item else None
    if item and pack:
        return Fraction(pack.factor) * _factor(item, item.base_unit, target)
    if not converts(unit, target):
        raise InvalidInput(
            {"unit": _("“%(unit)s” does not convert to “%(base)s” for this item. Choose another unit, or add a pack.")
             % {"unit": unit, "base": target}}
        )  # fmt: skip
    return Fraction(unit.factor) / Fraction(target.factor)

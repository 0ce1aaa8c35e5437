"""How much of a material belongs to how much of what is ordered: pure arithmetic, rounded once."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from srm.core.fields import QUANTITY_PLACES

STEP = Decimal(1).scaleb(-QUANTITY_PLACES)


@dataclass(frozen=True)
class Bill:
    """`quantity` of a material for one unit that is ordered, or, `in_all`, for everything that is ordered.

    `ordered` is what is ordered in its own unit, `base` the same in base units, in which receipts count.
    """

    quantity: Decimal
    in_all: bool
    ordered: Decimal
    base: Decimal

    @property
    def whole(self) -> Decimal:
        """What the whole order line takes."""
        return self.quantity if self.in_all else _rounded(self.quantity * self.ordered)

    def until(self, received: Decimal) -> Decimal:
        """What so many base units received have taken."""
        share = self.quantity if self.in_all else self.quantity * self.ordered
        return _rounded(share * received / self.base)

    def between(self, before: Decimal, after: Decimal) -> Decimal:
        """What the receipt that led from one sum to the other takes: all receipts add up, whatever their rounding."""
        return self.until(after) - self.until(before)


def _rounded(number: Decimal) -> Decimal:
    return number.quantize(STEP, ROUND_HALF_UP)

"""Figures of deliveries: pure functions over rows.

On time: received not after the day planned. In full: accepted (with tolerance) what was ordered. Lead time: days from
order to receipt. Deviation is the sample standard deviation over five deliveries or more, else unknown.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Delivery:
    """One delivered order line."""

    ordered_on: dt.date | None
    planned_on: dt.date | None
    actual_on: dt.date
    ordered: Decimal
    received: Decimal
    rejected: Decimal


@dataclass(frozen=True)
class Figures:
    """What deliveries say of a supplier. Rates are 0 to 1, None where nothing could be measured."""

    deliveries: int
    on_time: float | None
    rejected: float | None
    lead_days: float | None
    lead_deviation: float | None

    @property
    def lead_variation(self) -> float | None:
        """Coefficient of variation of the lead time: deviation over mean."""
        if self.lead_days and self.lead_deviation is not None:
            return self.lead_deviation / self.lead_days
        return None


LEAST_FOR_DEVIATION = 5


def figures(deliveries: Iterable[Delivery]) -> Figures:
    """The figures of one supplier's (or item's) deliveries."""
    rows = list(deliveries)
    planned = [row for row in rows if row.planned_on]
    punctual = sum(row.actual_on <= row.planned_on for row in planned if row.planned_on)
    came = sum(row.received + row.rejected for row in rows)
    leads = [
        (row.actual_on - row.ordered_on).days for row in rows if row.ordered_on and row.actual_on >= row.ordered_on
    ]
    mean = sum(leads) / len(leads) if leads else None
    deviation = None
    if mean is not None and len(leads) >= LEAST_FOR_DEVIATION:
        deviation = math.sqrt(sum((lead - mean) ** 2 for lead in leads) / (len(leads) - 1))
    return Figures(
        deliveries=len(rows),
        on_time=punctual / len(planned) if planned else None,
        rejected=float(sum(row.rejected for row in rows) / came) if came else None,
        lead_days=mean,
        lead_deviation=deviation,
    )

"""On which days what of an order's line is needed, read from the needs behind it: a small delivery plan.

Of the needs only day and quantity are told, so that a supplier reads nothing of who asked.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from procurement.orders.models import OrderLine, PurchaseOrder
from procurement.requests import selectors as requests
from procurement.requests.models import RequestLine
from srm.ui import formats

KIND = PurchaseOrder._meta.label_lower


@dataclass(frozen=True)
class Due:
    """How much is needed on one day, in base units; `unit` is their symbol."""

    on: dt.date
    quantity: Decimal
    unit: str


def plans_of(lines: list[OrderLine]) -> dict[int, list[Due]]:
    """{order line: what is needed when, the earliest first}, of lines that are needed on more than one day."""
    return plans_from(requests.behind(KIND, [line.pk for line in lines], "ordered"))


def plans_from(behind: Mapping[int, list[tuple[RequestLine, Decimal]]]) -> dict[int, list[Due]]:
    """The same of needs that were read already."""
    found = {}
    for line_id, shares in behind.items():
        days: dict[tuple[dt.date, str], Decimal] = defaultdict(Decimal)
        for need, quantity in shares:
            days[need.need_by, need.base_unit.symbol] += quantity
        if len(days) > 1:
            found[line_id] = [Due(on, quantity, unit) for (on, unit), quantity in sorted(days.items())]
    return found


def said(plan: list[Due]) -> str:
    """The plan on one line, in the reader's language; empty without one."""
    if not plan:
        return ""
    parts = [f"{formats.day(due.on)}: {formats.quantity(due.quantity, due.unit)}" for due in plan]
    return _("Needed by date: %(plan)s") % {"plan": "; ".join(parts)}

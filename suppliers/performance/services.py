"""Recording deliveries; receipts push them down as they are posted."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from srm.catalog.models import Item
from suppliers.performance.models import PerformanceFact
from suppliers.registry.models import Supplier


def record_fact(
    *, supplier: Supplier, item: Item | None, ordered_on: dt.date | None, planned_on: dt.date | None,
    actual_on: dt.date, ordered: Decimal, received: Decimal, rejected: Decimal, value: Decimal,
    document: Any, line_id: str,
) -> PerformanceFact:  # fmt: skip
    """Note one delivery of one order line. `line_id` makes it unique: a repeated posting cannot count twice.

    Quantities are in the item's base unit, `value` in the base currency.
    """
    return PerformanceFact.objects.unscoped("a fact of the delivery being posted").create(
        supplier=supplier, item=item, ordered_on=ordered_on, planned_on=planned_on, actual_on=actual_on,
        ordered=ordered, received=received, rejected=rejected, value=value,
        document_kind=document._meta.label_lower, document_id=document.public_id, line_id=line_id,
    )  # fmt: skip

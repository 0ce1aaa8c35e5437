"""How reorder rules follow an item that is merged."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from procurement.replenishment.models import ReorderRule
from srm.catalog.merging.references import MOST_SENTENCES, Follows, register


def counted_in_the_old_unit(rows: QuerySet) -> list[str]:
    """Active rules whose point and target are written in the old item's unit; inactive ones just stay."""
    found = rows.filter(is_active=True).select_related("warehouse").order_by("pk")[:MOST_SENTENCES]
    return [
        _(
            "The reorder rule in %(warehouse)s counts in the old unit. Switch it off first and write a new one for the other item."
        )
        % {"warehouse": rule.warehouse}
        for rule in found
    ]


register(Follows(ReorderRule, busy=counted_in_the_old_unit))

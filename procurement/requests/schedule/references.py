"""How scheduled needs follow an item that is merged."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from procurement.requests.schedule.models import ScheduledNeed
from srm.catalog.merging.references import MOST_SENTENCES, Follows, register
from srm.core import clock


def still_needed(rows: QuerySet) -> list[str]:
    """Needs ahead that are counted in the item's unit."""
    found = rows.filter(base_quantity__gt=0, need_by__gte=clock.today()).order_by("pk")[:MOST_SENTENCES]
    return [
        _("%(document)s is still open and counts in the old unit. Finish or cancel it first.") % {"document": one}
        for one in found.select_related("item")
    ]


register(Follows(ScheduledNeed, busy=still_needed))

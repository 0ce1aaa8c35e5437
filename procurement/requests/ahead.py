"""When needs are likely to be there, for whom waits for them.

The first that is known of: what a supplier promised or an order says; the delivery time of the best price on file,
counted from today; what needs of the same category took from being asked for to being received over the last year,
half of them at most so long (the median: one that was forgotten for months moves it little).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from procurement.requests.lifecycle import LineState
from procurement.requests.models import Allocation, RequestLine
from srm.catalog.prices import prices_of
from srm.core import clock

WHY = "how long needs of a category took; no document is told"
# Fewer than so many of the past say nothing; more than so many say nothing new.
LEAST, MOST = 3, 500
WAITING = (LineState.DRAFT, LineState.SUBMITTED, LineState.RETURNED, LineState.APPROVED)
YEAR = dt.timedelta(days=365)


class Source(TextChoices):
    PROMISED = "promised", _("as ordered or promised")
    DELIVERY = "delivery", _("by the usual delivery time")
    PAST = "past", _("as such needs took before")
    UNKNOWN = "unknown", _("not known yet")


@dataclass(frozen=True)
class Likely:
    """The likely day, None where nothing is known, and how it is known."""

    on: dt.date | None
    source: Source


UNKNOWN = Likely(None, Source.UNKNOWN)


def likely_of(lines: Sequence[RequestLine]) -> dict[int, Likely]:
    """When what is still to come of these lines is likely to be there, by their keys; at most two questions.

    Lines of which nothing is to come any more are left out.
    """
    waiting = [line for line in lines if line.state in WAITING and _is_waiting(line)]
    unknown = [line for line in waiting if not line.next_on]
    leads = _delivery(unknown)
    past = _past(unknown, leads)
    return {line.pk: _one(line, leads, past) for line in waiting}


def _one(line: RequestLine, leads: Mapping[int, int], past: Mapping[int, int]) -> Likely:
    if line.next_on:
        return Likely(line.next_on, Source.PROMISED)
    days, source = leads.get(line.item_id or 0), Source.DELIVERY
    if days is None:
        days, source = past.get(line.category_id or 0), Source.PAST
    return UNKNOWN if days is None else Likely(clock.today() + dt.timedelta(days=days), source)


def _is_waiting(line: RequestLine) -> bool:
    return line.state != LineState.APPROVED or bool(line.open_quantity or line.coming_quantity)


def _delivery(lines: Sequence[RequestLine]) -> dict[int, int]:
    """Days until it is there when ordered now, by item, where a price on file says it."""
    items = list({line.item_id: line.item for line in lines if line.item}.values())
    found = prices_of([item for item in items if item is not None])
    return {key: price.lead_days for key, price in found.items() if price.lead_days is not None}


def _past(lines: Sequence[RequestLine], leads: Mapping[int, int]) -> dict[int, int]:
    """Days from being asked for to being received, by category, of those whose delivery time nobody knows."""
    wanted = {line.category_id for line in lines if line.item_id not in leads and line.category_id}
    if not wanted:
        return {}
    rows = Allocation.objects.unscoped(WHY).filter(
        request_line__category__in=wanted, stage="received", quantity__gt=0, at__gte=clock.now() - YEAR
    )
    took: dict[int, list[int]] = defaultdict(list)
    shown = rows.order_by("-pk").values_list("request_line__category", "request_line__request__created_at", "at")
    for category, asked_at, came_at in shown[:MOST]:
        took[category].append(max((came_at - asked_at).days, 0))
    return {category: round(median(days)) for category, days in took.items() if len(days) >= LEAST}

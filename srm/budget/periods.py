"""Which days are closed, and where what comes late for them counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from srm.budget.accounts import Account
from srm.budget.lifecycle import ClosingState
from srm.budget.models import BudgetLine, ClosedPeriod
from srm.people.models import CostCenter

WHY = "nothing is booked into a closed period, whoever books"
DAY = dt.timedelta(days=1)
# First and last day of what is closed, by the legal entity's key.
Spans = Mapping[int, Sequence[tuple[dt.date, dt.date]]]


@dataclass(frozen=True)
class Lateness:
    """A need of a closed period: the account it counts on instead, and the last day of what is closed for it."""

    account: Account
    last_day: dt.date
    day: dt.date


def closed_spans() -> Spans:
    """All that is closed, in one statement."""
    found: dict[int, list[tuple[dt.date, dt.date]]] = {}
    for row in ClosedPeriod.objects.unscoped(WHY).filter(state=ClosingState.CLOSED):
        found.setdefault(row.legal_entity_id, []).append(row.days)
    return found


def spans_of(center: CostCenter, day: dt.date, spans: Spans) -> Sequence[tuple[dt.date, dt.date]]:
    """What is closed for a cost centre's legal entity, if `day` is closed for any: whose it is is asked only then."""
    if not any(first <= day <= last for closed in spans.values() for first, last in closed):
        return ()
    return spans.get(center.department.legal_entity_id, ())


def next_open(day: dt.date, spans: Sequence[tuple[dt.date, dt.date]]) -> dt.date:
    """`day`, or the first day after it that is not closed."""
    while ends := [last for first, last in spans if first <= day <= last]:
        day = max(ends) + DAY
    return day


def lateness(account: Account, spans: Spans) -> Lateness | None:
    """Where a need of a closed period counts; None where its period is open."""
    day = next_open(account.day, spans_of(account.cost_center, account.day, spans))
    return None if day == account.day else Lateness(replace(account, day=day), day - DAY, account.day)


def is_closed(line: BudgetLine, spans: Spans) -> bool:
    """Whether all of a budget's period is closed."""
    first = line.starts_on
    return next_open(first, spans_of(line.cost_center, first, spans)) > line.ends_on
